import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';

import { TimeAgo } from '../../kit/TimeAgo';
import { actorName, stageWord } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './incidents.module.css';
import type { PartProps } from './part';
import { PlacedCommand } from './PlacedCommand';

const checkWord = {
  alerts_clear: 'Its alerts',
  services_clear: 'What was hit',
  page_answered: 'Who was called',
};

/** Whether it holds: what was checked once the service was back, and what the consumer says. */
export function Proof({ incident, send, can }: PartProps) {
  const confirm = can('confirm_by_consumer');
  const { checks, consumer_confirmed: yes } = incident;
  if (checks.length === 0 && !yes && !confirm) return null;
  const failed = checks.filter((check) => !check.passed).length;
  return (
    <Panel
      title="Does it hold?"
      count={
        checks.length === 0
          ? undefined
          : failed === 0
            ? 'all checks passed'
            : `${failed} of ${checks.length} checks failed`
      }
      actions={<PlacedCommand command={confirm} send={send} />}
    >
      <ul className={styles.tasks}>
        {checks.map((check) => (
          <li key={check.name}>
            {check.passed ? (
              <IconCircleCheck size={15} aria-label="passed" className={styles.passed} />
            ) : (
              <IconCircleX size={15} aria-label="failed" className={styles.failed} />
            )}
            <span style={{ flex: 1 }}>
              {checkWord[check.name]}: {check.detail}
            </span>
          </li>
        ))}
      </ul>
      {checks.length === 0 && <div className={styles.sub}>Nothing was checked yet.</div>}
      {incident.checked_stage && (
        <div className={styles.sub}>
          Checked when it was {stageWord[incident.checked_stage].toLowerCase()}.
        </div>
      )}
      <div>
        {yes ? (
          <>
            {yes.who} says: “{yes.said}”{' '}
            <span className={styles.sub}>
              noted by {actorName(yes.by)} <TimeAgo at={yes.at} />
            </span>
          </>
        ) : (
          <span className={styles.sub}>No consumer has confirmed it yet.</span>
        )}
      </div>
    </Panel>
  );
}
