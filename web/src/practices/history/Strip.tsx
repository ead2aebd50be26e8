import type { AlertHistory } from '../../api';
import { count } from '../../kit/words';
import { now } from '../../ui/clock';
import styles from './history.module.css';
import { firing, lookedAt, placed, silenced, type Span } from './spans';

/** What an alert went through, from left to right: it fired, was looked at, was silenced. */
export function Strip({ row, shown }: { row: AlertHistory; shown: Span }) {
  const at = now();
  const layers = [
    ['firing', firing(row, at)],
    ['looked', lookedAt(row, at)],
    ['silenced', silenced(row)],
  ] as const;
  return (
    <div className={styles.strip} role="img" aria-label={told(row)}>
      {layers.map(([kind, spans]) =>
        placed(spans, shown).map((place, index) => (
          <span
            key={`${kind} ${index}`}
            className={styles.span}
            data-kind={kind}
            style={{
              // What is too short to see is drawn three pixels wide, inside of the strip.
              left: `min(${place.left * 100}%, calc(100% - 3px))`,
              width: `${place.width * 100}%`,
            }}
          />
        )),
      )}
    </div>
  );
}

function told(row: AlertHistory): string {
  const parts = [`Fired ${count(row.spells.length, 'time')}`];
  parts.push(row.acknowledged ? 'somebody looked at it' : 'nobody looked at it');
  if (row.silenced.length > 0) parts.push(`silenced ${count(row.silenced.length, 'time')}`);
  return parts.join(', ');
}

/** What the colours of a strip mean. */
export function Legend() {
  return (
    <span className={styles.legend}>
      {(
        [
          ['firing', 'fires'],
          ['looked', 'looked at'],
          ['silenced', 'silenced'],
        ] as const
      ).map(([kind, word]) => (
        <span key={kind}>
          <span className={styles.key} aria-hidden>
            <span className={styles.span} data-kind={kind} style={{ left: 0, width: '100%' }} />
          </span>
          {word}
        </span>
      ))}
    </span>
  );
}
