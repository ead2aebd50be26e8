import { IconShieldX, IconUserQuestion } from '@tabler/icons-react';

import type { IncidentRow } from '../../api';
import kit from '../../kit/kit.module.css';

type Shown = Pick<IncidentRow, 'unassigned_too_long' | 'checks' | 'stage'>;

/** What asks somebody to look: nobody is charged in time, or a check failed after it was back. */
export function Warnings({ incident }: { incident: Shown }) {
  const back = incident.stage === 'restored' || incident.stage === 'resolved';
  const failed = back ? incident.checks.filter((check) => !check.passed) : [];
  return (
    <>
      {incident.unassigned_too_long && (
        <span className={`${kit.tag} ${kit.warning}`} title="Nobody was charged with it in time">
          <IconUserQuestion size={13} aria-hidden />
          Unassigned too long
        </span>
      )}
      {failed.length > 0 && (
        <span
          className={`${kit.tag} ${kit.warning}`}
          title={failed.map((check) => check.detail).join('; ')}
        >
          <IconShieldX size={13} aria-hidden />
          Check failed
        </span>
      )}
    </>
  );
}
