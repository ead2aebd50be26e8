import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { oncall, type ShiftShare } from '../../api';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { now } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './oncall.module.css';
import { Period, WEEK } from './Shares';

const HOUR = 3_600_000;

interface Row {
  key: string;
  title: string;
  share: ShiftShare;
}

/** How much one person was on call: by each schedule, and by all of them together. */
export function PersonShares({ name }: { name: string }) {
  const [weeks, setWeeks] = useState('12');
  return (
    <Panel
      title="How much they were on call"
      flush
      actions={<Period weeks={weeks} setWeeks={setWeeks} />}
    >
      <Past key={weeks} name={name} weeks={Number(weeks)} />
    </Panel>
  );
}

function Past({ name, weeks }: { name: string; weeks: number }) {
  const [until] = useState(() => Math.floor(now() / HOUR) * HOUR);
  const query = useQuery(
    oncall.fairness({
      person: `person/${name}`,
      from: new Date(until - weeks * WEEK).toISOString(),
      until: new Date(until).toISOString(),
    }),
  );
  return (
    <Loaded query={query} rows={3}>
      {({ schedules, together }) => {
        const rows: Row[] = schedules.flatMap(({ schedule, title, shares }) =>
          shares.map((share) => ({ key: schedule, title, share })),
        );
        if (together) rows.push({ key: 'together', title: 'All together', share: together });
        return (
          <>
            {schedules.map(
              ({ schedule, title, problem }) =>
                problem && (
                  <p key={schedule} className={styles.note}>
                    <span className={styles.bad}>
                      {title} is not worked out in part: {problem}
                    </span>
                  </p>
                ),
            )}
            <Table rows={rows} />
          </>
        );
      }}
    </Loaded>
  );
}

function Table({ rows }: { rows: Row[] }) {
  if (rows.length === 0) return <p className={styles.note}>They were not on call.</p>;
  return (
    <SimpleTable
      label="How much they were on call"
      rows={rows}
      rowKey={(row) => row.key}
      columns={[
        { header: 'Schedule', cell: (row) => row.title },
        { header: 'Hours', align: 'end', cell: ({ share }) => Math.round(share.hours) },
        { header: 'Nights', align: 'end', cell: ({ share }) => share.nights },
        { header: 'Weekends', align: 'end', cell: ({ share }) => share.weekends },
        { header: 'Holidays', align: 'end', cell: ({ share }) => share.holidays },
      ]}
    />
  );
}
