import { IconHourglass } from '@tabler/icons-react';
import { useCallback } from 'react';

import type { IncidentRow } from '../../api';
import kit from '../../kit/kit.module.css';
import { absolute, duration, useTicking } from '../../ui/clock';

type Shown = Pick<IncidentRow, 'potential' | 'boundary_at'>;

/** What is only about to happen, and how long there is until then. */
export function Potential({ incident }: { incident: Shown }) {
  if (!incident.potential) return null;
  return (
    <span className={kit.plain}>
      <span className={`${kit.tag} ${kit.warning}`} title="Nothing has failed yet">
        <IconHourglass size={13} aria-hidden />
        Potential
      </span>
      {incident.boundary_at ? <Left at={incident.boundary_at} /> : 'no boundary known'}
    </span>
  );
}

/** The time left to the boundary, counted down. */
function Left({ at }: { at: string }) {
  const time = Date.parse(at);
  const text = useTicking(
    useCallback(
      (now: number) =>
        time > now
          ? `${duration((time - now) / 1000)} to the boundary`
          : `boundary passed ${duration((now - time) / 1000)} ago`,
      [time],
    ),
  );
  return (
    <time dateTime={at} title={`Foreseen for ${absolute(at)}`}>
      {text}
    </time>
  );
}
