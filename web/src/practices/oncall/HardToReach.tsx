import { useQuery } from '@tanstack/react-query';

import { oncall } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { TimeAgo } from '../../kit/TimeAgo';
import { now } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './oncall.module.css';

/** Whoever is on call within a week and might not hear it; nothing while everybody would. */
export function HardToReach() {
  const { data } = useQuery(oncall.hardToReach());
  if (!data || data.items.length === 0) return null;
  return (
    <Panel title="On call within a week, and hard to reach" count={data.items.length}>
      <ul className={styles.plain}>
        {data.items.map((one) => (
          <li key={one.person}>
            <ItemLink item={one.person} title={one.name} />{' '}
            <span className={styles.bad}>{one.weakness}</span>{' '}
            <span className={styles.sub}>
              {Date.parse(one.from) <= now() ? (
                <>
                  on call for <TimeAgo at={one.from} form="age" />
                </>
              ) : (
                <>
                  on call <TimeAgo at={one.from} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
