import { Link } from '@tanstack/react-router';

import type { Explanation } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName } from '../../kit/words';
import { absolute } from '../../ui/clock';
import { Step } from './Flow';
import styles from './why.module.css';

type Held = Explanation['not_told'][number]['held'];

/** Why receivers were not told: a line whenever the reason became another one. */
export function NotTold({ way }: { way: Explanation }) {
  if (way.not_told.length === 0) return null;
  return (
    <Step icon="held" title="Why receivers were not told, the newest first">
      <ul className={styles.list}>
        {way.not_told.map((one) => (
          <li key={`${one.at} ${one.receiver} ${one.group_key}`}>
            <div className={styles.line}>
              <b>{one.receiver}</b>
              <span>
                <Reason held={one.held} />
              </span>
              <TimeAgo at={one.at} />
            </div>
          </li>
        ))}
      </ul>
    </Step>
  );
}

const NEVER = '9999';

/** What held an alert back then. */
export function Reason({ held }: { held: Held }) {
  switch (held.by) {
    case 'silence':
      return (
        <>
          silenced by{' '}
          {held.silences.map((id, place) => (
            <span key={id}>
              {place > 0 && ', '}
              <Link to="/silences/$id" params={{ id }}>
                a silence
              </Link>
            </span>
          ))}
          {held.until && !held.until.startsWith(NEVER) && <>, until {absolute(held.until)}</>}
        </>
      );
    case 'inhibition':
      return held.alert ? (
        <>
          inhibited by{' '}
          <Link to="/alerts/$id" params={{ id: held.alert }}>
            {held.name}
          </Link>
        </>
      ) : (
        <>inhibited by the alert {held.source}</>
      );
    case 'interval':
      return <>its route tells nothing at that time: {held.intervals.join(', ')}</>;
    case 'maintenance':
      return (
        <>
          planned work, <ItemLink item={held.window} />, until {absolute(held.until)}
        </>
      );
    case 'dependency':
      return <>what its item depends on is broken: {held.path.join(' → ')}</>;
    case 'acknowledged':
      return <>{held.who ? actorName(held.who) : 'Somebody'} acknowledged it: not repeated</>;
    case 'flapping':
      return <>it came and went, and that was told</>;
    case 'over':
      return <>it was over before anybody was told</>;
  }
}
