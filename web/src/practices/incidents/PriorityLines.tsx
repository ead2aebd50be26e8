import { PriorityBadge } from '../../kit/Badges';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName, words } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import { useExposure } from '../clocks/exposure';
import styles from './incidents.module.css';
import type { PartProps } from './part';
import { PlacedCommand } from './PlacedCommand';

/** How the priority came about, line by line, as the server worked it out. */
export function PriorityLines({ incident, send, can }: PartProps) {
  const set = incident.priority_override;
  const exposure = useExposure(incident.id);
  return (
    <Panel
      title="Priority"
      count={<PriorityBadge priority={incident.priority} marked={Boolean(set)} />}
    >
      <ol className={styles.calc}>
        {incident.priority_lines.map((line, index) => (
          <li key={`${line.step}-${index}`}>
            <span className={styles.calcStep}>{words(line.step)}</span>
            <span className={styles.calcValue}>
              {/^P[1-5]$/.test(line.value) ? line.value : words(line.value)}
            </span>
            <span className={styles.because}>{line.because}</span>
          </li>
        ))}
        {set && (
          <li>
            <span className={styles.calcStep}>By hand</span>
            <span className={styles.calcValue}>{set.priority}</span>
            <span className={styles.because}>
              {set.reason} · {actorName(set.by)}, <TimeAgo at={set.at} />
            </span>
          </li>
        )}
        {exposure && (
          <li>
            <span className={styles.calcStep}>Contracts</span>
            <span className={styles.calcValue}>Exposed</span>
            <span className={styles.because}>{exposure}</span>
          </li>
        )}
      </ol>
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: 4, marginTop: 8, marginLeft: -8 }}>
        <PlacedCommand
          command={can('set_impact')}
          send={send}
          initial={{ impact: incident.impact }}
        />
        <PlacedCommand
          command={can('set_urgency')}
          send={send}
          initial={{ urgency: incident.urgency }}
        />
        <PlacedCommand command={can('override_priority')} send={send} />
      </div>
    </Panel>
  );
}
