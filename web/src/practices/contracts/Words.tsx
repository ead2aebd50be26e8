import type { PromiseWords } from '../../api';
import styles from './contracts.module.css';

/** A promise in plain words. */
export function Words({ words }: { words: PromiseWords[] }) {
  if (words.length === 0) return <div className={styles.sub}>Nothing is promised now.</div>;
  return (
    <div className={styles.words}>
      {words.map((part) => (
        <div key={part.title}>
          <h3>{part.title}</h3>
          <ul>
            {part.lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}
