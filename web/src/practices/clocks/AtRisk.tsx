import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { clocks } from '../../api';
import { words } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './clocks.module.css';
import { Left } from './Left';

/** As many as one glance takes in; the queue has all of them. */
const SHOWN = 6;

/** The clocks of contracts that are due next, over all incidents. */
export function AtRisk() {
  const found = useQuery(clocks.live()).data;
  if (!found || found.items.length === 0) return null;
  const risk = found.overdue > 0 ? `${found.overdue} missed` : `${found.at_risk} at risk`;
  return (
    <Panel
      title="Contract clocks"
      count={risk}
      flush
      actions={
        <Link to="/incidents" search={{ sort: 'due' }}>
          By due time
        </Link>
      }
    >
      <ul className={styles.rows}>
        {found.items.slice(0, SHOWN).map((clock) => (
          <li key={`${clock.incident} ${clock.contract} ${clock.clock}`}>
            <Link to="/incidents/$id" params={{ id: clock.incident }} className={styles.row}>
              <span className={styles.rowTitle}>
                {words(clock.clock)} #{clock.number} {clock.title}
              </span>
              <Left clock={clock} answered={found.now} />
              <span className={styles.sub}>{clock.contract_title}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
