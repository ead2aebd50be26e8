import type { NextClock } from '../../api';
import { TimeAgo } from '../../kit/TimeAgo';
import { words } from '../../kit/words';
import styles from './clocks.module.css';

/** The clock of an incident that is due next, for a row of the queue. */
export function Due({ clock }: { clock: NextClock | undefined }) {
  if (!clock) return <span className={styles.sub}>–</span>;
  return (
    <span className={styles.due} data-late={clock.state === 'overdue'}>
      <span>
        {clock.state === 'paused' || !clock.due_at ? 'Paused' : <TimeAgo at={clock.due_at} />}
      </span>
      <span className={styles.sub} title={`Under ${clock.contract_title}`}>
        {words(clock.clock)}
        {clock.state === 'overdue' ? ', missed' : ''}
      </span>
    </span>
  );
}
