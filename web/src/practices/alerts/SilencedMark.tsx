import { IconBellOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';

import type { Alert } from '../../api';
import { TimeAgo } from '../../kit/TimeAgo';

/** Says that an alert is told to nobody, by which silence, and until when. */
export function SilencedMark({ alert }: { alert: Alert }) {
  const [id] = alert.silenced_by;
  if (id === undefined) return null;
  const until = alert.silenced_until;
  return (
    <Link to="/silences/$id" params={{ id }} style={{ whiteSpace: 'nowrap' }}>
      <IconBellOff size={12} aria-hidden /> Silenced
      {until && !until.startsWith('9999') && (
        <>
          {', ends '}
          <TimeAgo at={until} />
        </>
      )}
    </Link>
  );
}
