import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { oncall, type Uncovered } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { itemName } from '../../kit/words';
import { browserZone, duration } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import { grouped } from './gaps';
import styles from './oncall.module.css';
import { format } from './Timeline';

/** How many stretches of one contract are listed here; its schedule shows more. */
const SHOWN = 5;

/** Every hour of the next eight weeks that asks for somebody and has nobody, over all schedules. */
export function NobodyOnCall() {
  const { data } = useQuery(oncall.uncovered());
  if (!data || data.items.length === 0) return null;
  return (
    <Panel title="Nobody is on call in the next 8 weeks" count={data.items.length}>
      <ul className={styles.plain}>
        {data.items.map((asked) => (
          <li key={`${asked.asked_by} ${asked.schedules.join(' ')}`}>
            <ItemLink item={asked.asked_by} /> <Told asked={asked} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Told({ asked }: { asked: Uncovered }) {
  if (asked.problem) {
    return <span className={styles.bad}>cannot be worked out: {asked.problem}</span>;
  }
  return asked.why ? <Unscheduled asked={asked} /> : <Stretches asked={asked} />;
}

function Unscheduled({ asked }: { asked: Uncovered }) {
  return (
    <>
      <span className={styles.bad}>
        nobody is on call: {asked.team && <ItemLink item={asked.team} />} has no schedule
      </span>
      <div className={styles.sub}>
        {duration(asked.required_minutes * 60)} are asked for. Write a schedule of this team.
      </div>
    </>
  );
}

function Stretches({ asked }: { asked: Uncovered }) {
  const text = format(browserZone());
  const gaps = asked.gaps.map((gap) => ({ ...gap, asked_by: asked.asked_by }));
  const groups = grouped(gaps, browserZone());
  const named = groups.slice(0, SHOWN).reduce((sum, group) => sum + group.gaps.length, 0);
  const more = asked.gaps_count - named;
  return (
    <>
      by{' '}
      {asked.schedules.map((schedule, place) => (
        <span key={schedule}>
          {place > 0 && ', '}
          <Link to="/oncall/$name" params={{ name: itemName(schedule) }} search={{ weeks: '8' }}>
            {itemName(schedule)}
          </Link>
        </span>
      ))}
      : <span className={styles.bad}>{duration(asked.uncovered_minutes * 60)}</span>
      <span className={styles.sub}> of {duration(asked.required_minutes * 60)}</span>
      <ul className={styles.plain}>
        {groups.slice(0, SHOWN).map((group) => (
          <li key={group.gaps[0]?.from} className={styles.sub}>
            {group.again
              ? `${group.again}, from ${text(group.gaps[0]?.from ?? '')}`
              : `${text(group.gaps[0]?.from ?? '')} to ${text(group.gaps[0]?.until ?? '')}`}
          </li>
        ))}
        {more > 0 && <li className={styles.sub}>and {more} more</li>}
      </ul>
    </>
  );
}
