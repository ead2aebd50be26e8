import { IconClockExclamation, IconShieldX, IconUserQuestion } from '@tabler/icons-react';

import type { IncidentRow } from '../../api';
import kit from '../../kit/kit.module.css';
import { minutesText } from '../../kit/spans';
import { stageWord } from '../../kit/words';

type Shown = Pick<IncidentRow, 'unassigned_too_long' | 'checks' | 'stage'> & {
  stage_clock?: IncidentRow['stage_clock'] | null;
};

/**
 * What asks somebody to look: nobody is charged in time, a check failed after it was back, or the
 * time of its stage is over.
 */
export function Warnings({ incident }: { incident: Shown }) {
  const back = incident.stage === 'restored' || incident.stage === 'resolved';
  const failed = back ? incident.checks.filter((check) => !check.passed) : [];
  const clock = incident.stage_clock;
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
      {clock?.told && (
        <span
          className={`${kit.tag} ${kit.warning}`}
          title={`It may be ${stageWord[incident.stage].toLowerCase()} for ${minutesText(clock.target_minutes)}`}
        >
          <IconClockExclamation size={13} aria-hidden />
          {clock.told === 'overdue' ? 'Too long in its stage' : 'Stage due soon'}
        </span>
      )}
    </>
  );
}
