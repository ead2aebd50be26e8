import type { ExcludedFigures } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import styles from './contracts.module.css';
import { number, span } from './say';

/** What was left out of a figure, by reason: neither good nor bad. */
export function LeftOut({ lines }: { lines: ExcludedFigures[] }) {
  if (lines.length === 0) return 'Nothing';
  return (
    <ul className={styles.leftOut}>
      {lines.map((line) => (
        <li key={`${line.why} ${line.by ?? ''}`}>
          {span(line.seconds)}
          {line.total > 0 && `, ${events(line)}`}: {line.why}
          {line.by && (
            <>
              {' '}
              (<ItemLink item={line.by} />)
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

/** `3,400 events, 12 of them bad`. */
function events(line: ExcludedFigures): string {
  return `${number(line.total)} events, ${number(line.bad)} of them bad`;
}
