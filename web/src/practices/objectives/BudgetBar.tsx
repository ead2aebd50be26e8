import type { ObjectiveRow } from '../../api';
import { left, stateTone } from './figures';
import styles from './objectives.module.css';

/** How much of an error budget is left, as a bar with its number. */
export function BudgetBar({ row }: { row: Pick<ObjectiveRow, 'remaining' | 'state'> }) {
  const { remaining } = row;
  if (remaining === null || remaining === undefined) {
    return <span className={styles.sub}>{row.state === 'unknown' ? 'unknown' : 'no budget'}</span>;
  }
  const width = Math.min(100, Math.max(0, remaining * 100));
  return (
    <div className={styles.budget}>
      <div className={styles.track} aria-hidden>
        <div
          className={styles.fill}
          data-tone={stateTone[row.state]}
          style={{ width: `${String(width)}%` }}
        />
      </div>
      <span>{left(remaining)}</span>
    </div>
  );
}
