import type { MappingPreview } from '../../api';
import { StateWord } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import { count } from '../../kit/words';
import styles from './mappings.module.css';

interface Props {
  tried: MappingPreview | undefined;
  /** Whether there is any event to try the rules on. */
  some: boolean;
  /** Whether every rule says what the alert is called. */
  ready: boolean;
  /** Whether an expression is wrong: it is marked where it stands. */
  wrong: boolean;
}

/** The alerts that the rules make of the event, or why there are none. */
export function MappingOutcome({ tried, some, ready, wrong }: Props) {
  const signals = wrong ? [] : (tried?.signals ?? []);
  return (
    <>
      <p className={styles.sub} role="status">
        {!some
          ? 'Send a first event to see what the rules make of it.'
          : !ready
            ? 'Say in each rule what the title is, for example body.alert.'
            : wrong
              ? 'Nothing comes out while an expression is wrong: it is marked above.'
              : tried
                ? sentence(tried)
                : 'Trying the rules …'}
      </p>
      <ul className={styles.signals}>
        {signals.map((signal) => (
          <li key={signal.key}>
            <div className={styles.bar}>
              <b>{signal.labels.alertname}</b>
              <StateWord
                state={signal.firing ? 'firing' : 'resolved'}
                tone={signal.firing ? 'bad' : 'good'}
              />
              {signal.item ? (
                <ItemLink item={signal.item} />
              ) : (
                <span className={styles.sub}>no item is found</span>
              )}
              <span className={styles.sub}>key {signal.key}</span>
            </div>
            <Pairs pairs={signal.labels} />
            <Pairs pairs={signal.annotations} />
          </li>
        ))}
      </ul>
    </>
  );
}

function sentence(tried: MappingPreview): string {
  const made = tried.signals.length;
  if (made > 0) return `${count(made, 'alert')} ${made === 1 ? 'comes' : 'come'} out.`;
  const text = tried.outcome.replaceAll('`', '');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function Pairs({ pairs }: { pairs: Record<string, string> }) {
  return (
    <div className={styles.pairs}>
      {Object.entries(pairs).map(([name, value]) => (
        <code key={name}>
          {name}={value}
        </code>
      ))}
    </div>
  );
}
