import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { asProblem, oncall, type SchedulePreview as Preview } from '../../api';
import { itemName } from '../../kit/words';
import { browserZone, duration, now } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import { ProblemBox } from '../../ui/States';
import styles from './oncall.module.css';
import { format, Timeline } from './Timeline';

const HOUR = 3_600_000;
const WEEKS = 4;
/** How many differences are listed. */
const SHOWN = 20;

/** Who would be on call by a schedule that is not saved, and what would be different from now. */
export function SchedulePreview({ text }: { text: string }) {
  const [asked] = useDebouncedValue(text, 600);
  const [zone, setZone] = useState<string | null>(null);
  const [from] = useState(() => Math.floor(now() / HOUR) * HOUR);
  const query = useQuery({
    ...oncall.trial(asked, {
      from: new Date(from).toISOString(),
      until: new Date(from + WEEKS * 7 * 24 * HOUR).toISOString(),
    }),
    placeholderData: keepPreviousData,
  });
  const shown = query.data;
  const in_ = zone ?? shown?.time_zone ?? browserZone();
  return (
    <Panel
      title="Who would be on call"
      count={`${WEEKS} weeks`}
      actions={
        <Select
          size="xs"
          aria-label="Time zone"
          allowDeselect={false}
          data={[...new Set([shown?.time_zone ?? 'UTC', browserZone(), 'UTC'])]}
          value={in_}
          onChange={setZone}
        />
      }
    >
      {query.error && <Mistakes error={query.error} />}
      {shown && !query.error && <Shown shown={shown} zone={in_} />}
    </Panel>
  );
}

function Mistakes({ error }: { error: unknown }) {
  const problem = asProblem(error);
  const errors = problem.details.errors ?? [];
  if (errors.length === 0) {
    return <ProblemBox title={problem.message} remedy={problem.details.remedy ?? ''} />;
  }
  return errors.map((each) => (
    <ProblemBox
      key={`${each.line} ${each.field} ${each.message}`}
      title={`${each.line ? `Line ${each.line}: ` : ''}${each.message}`}
      remedy={each.remedy}
    />
  ));
}

function Shown({ shown, zone }: { shown: Preview; zone: string }) {
  return (
    <div className={styles.stack}>
      <div
        className={styles.scroll}
        tabIndex={0}
        role="region"
        aria-label="Timeline as it would be"
      >
        <Timeline view={shown} zone={zone} pick={undefined} />
      </div>
      <p className={styles.lead}>
        {shown.asked_by.length === 0 ? (
          <span className={styles.sub}>Nothing asks for somebody by it.</span>
        ) : shown.uncovered_minutes === 0 ? (
          <span className={styles.good}>Every hour that somebody asks for would be covered.</span>
        ) : (
          <span className={styles.bad}>
            Nobody would be on call for {duration(shown.uncovered_minutes * 60)}
          </span>
        )}{' '}
        {!shown.new && shown.uncovered_minutes_now !== shown.uncovered_minutes && (
          <span className={styles.sub}>now: {duration(shown.uncovered_minutes_now * 60)}</span>
        )}
      </p>
      <Differences shown={shown} zone={zone} />
      <ul className={styles.plain} aria-label="How it would be shared">
        {shown.shares.map((share) => (
          <li key={share.person}>
            {share.name}: {Math.round(share.hours)} hours, {share.nights} nights, {share.weekends}{' '}
            weekends, {share.holidays} holidays
          </li>
        ))}
      </ul>
      {shown.breaches.length > 0 && (
        <p className={styles.bad}>
          More than may be asked of{' '}
          {[...new Set(shown.breaches.map((breach) => breach.name))].join(', ')}.
        </p>
      )}
    </div>
  );
}

function Differences({ shown, zone }: { shown: Preview; zone: string }) {
  const text = format(zone);
  if (shown.new) return <p className={styles.sub}>There is no such schedule yet.</p>;
  if (shown.differences.length === 0) {
    return <p className={styles.sub}>The same people are on call as now.</p>;
  }
  return (
    <ul className={styles.plain} aria-label="Different from now">
      {shown.differences.slice(0, SHOWN).map((each) => (
        <li key={each.from}>
          {text(each.from)} to {text(each.until)}:{' '}
          {each.after ? <b>{each.after_name}</b> : <b className={styles.bad}>nobody</b>} instead of{' '}
          {each.before ? each.before_name : 'nobody'}
        </li>
      ))}
      {shown.differences.length > SHOWN && (
        <li className={styles.sub}>
          and {shown.differences.length - SHOWN} more in {itemName(shown.schedule)}
        </li>
      )}
    </ul>
  );
}
