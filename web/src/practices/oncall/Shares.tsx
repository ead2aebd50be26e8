import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { oncall, type ScheduleView, type ShiftShare } from '../../api';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { now } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './oncall.module.css';
import { format } from './Timeline';

const HOUR = 3_600_000;
/** Milliseconds of a week. */
export const WEEK = 7 * 24 * HOUR;

const PAST = [
  { value: '4', label: 'Past 4 weeks' },
  { value: '12', label: 'Past 12 weeks' },
  { value: '52', label: 'Past year' },
];

/** How a schedule is shared: in the time that is shown, or as it really was. */
export function Shares({ view, zone }: { view: ScheduleView; zone: string }) {
  const [weeks, setWeeks] = useState('');
  return (
    <Panel
      title="How it is shared"
      flush
      actions={<Period weeks={weeks} setWeeks={setWeeks} asShown />}
    >
      {weeks === '' ? (
        <Table shares={view.shares} />
      ) : (
        <Past key={weeks} schedule={view.schedule} weeks={Number(weeks)} zone={zone} />
      )}
    </Panel>
  );
}

interface PeriodProps {
  weeks: string;
  setWeeks: (weeks: string) => void;
  /** Whether the time that is shown can be chosen, too. */
  asShown?: boolean;
}

/** Chooses the time that is looked at. */
export function Period({ weeks, setWeeks, asShown = false }: PeriodProps) {
  const shown = { value: '', label: 'As shown' };
  return (
    <Select
      size="xs"
      w={140}
      aria-label="Shared when"
      allowDeselect={false}
      data={asShown ? [shown, ...PAST] : PAST}
      value={weeks}
      onChange={(value) => setWeeks(value ?? '')}
    />
  );
}

interface PastProps {
  schedule: string;
  weeks: number;
  zone: string;
}

function Past({ schedule, weeks, zone }: PastProps) {
  const [until] = useState(() => Math.floor(now() / HOUR) * HOUR);
  const query = useQuery(
    oncall.fairness({
      schedule,
      from: new Date(until - weeks * WEEK).toISOString(),
      until: new Date(until).toISOString(),
    }),
  );
  return (
    <Loaded query={query} rows={3}>
      {({ schedules: [found] }) =>
        found ? (
          <>
            {found.known_since && (
              <p className={styles.note}>
                Known since {format(zone)(found.known_since)}: nothing counts before.
              </p>
            )}
            {found.problem && (
              <p className={styles.note}>
                <span className={styles.bad}>Not worked out in part: {found.problem}</span>
              </p>
            )}
            <Table shares={found.shares} />
          </>
        ) : (
          <p className={styles.note}>Nothing is known of it.</p>
        )
      }
    </Loaded>
  );
}

function Table({ shares }: { shares: ShiftShare[] }) {
  if (shares.length === 0) return <p className={styles.note}>Nobody was on call.</p>;
  return (
    <SimpleTable
      label="How it is shared"
      rows={shares}
      rowKey={(share) => share.person}
      columns={[
        { header: 'Person', cell: (share) => share.name },
        { header: 'Hours', align: 'end', cell: (share) => Math.round(share.hours) },
        { header: 'Nights', align: 'end', cell: (share) => share.nights },
        { header: 'Weekends', align: 'end', cell: (share) => share.weekends },
        { header: 'Holidays', align: 'end', cell: (share) => share.holidays },
      ]}
    />
  );
}
