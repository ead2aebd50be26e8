import type { AlertTally, Severity } from '../../api';
import { severityWord } from '../../kit/words';
import styles from './alerts.module.css';

const order: Severity[] = ['critical', 'error', 'warning', 'info', 'none'];

/** How many alerts of each severity; those of which there are none are left out. */
export function Severities({ tally }: { tally: AlertTally }) {
  return (
    <span className={styles.severities}>
      {order
        .filter((severity) => tally.by_severity[severity] > 0)
        .map((severity) => (
          <span key={severity} data-severity={severity}>
            {tally.by_severity[severity].toLocaleString('en-GB')}{' '}
            {severityWord[severity].toLowerCase()}
          </span>
        ))}
    </span>
  );
}
