import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';

import { reports, type TimesReport } from '../../api';
import { ItemFilter, PeriodFilter, PriorityFilter } from '../../kit/narrow';
import { Loaded } from '../../kit/QueryState';
import { words } from '../../kit/words';
import { absolute, duration } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Behind } from './Behind';
import { PerDay, ByGroup } from './charts';
import { csv, download } from './csv';
import { Groups } from './Groups';
import { figureText, lastDays } from '../../kit/period';
import { ReportViews } from './ReportViews';
import styles from './reports.module.css';

const DAYS = 30;

export interface ReportSearch {
  from?: string;
  to?: string;
  priority?: string;
  item?: string;
  team?: string;
  figure?: string;
  group?: string;
  key?: string;
}

/** How quickly faults were detected, taken up, and put right; each figure opens what is behind it. */
export function ReportPage() {
  const search: ReportSearch = useSearch({ from: '/app/reports' });
  const [days, setDays] = useState(DAYS);
  const span = useMemo(
    () => (search.from && search.to ? { from: search.from, to: search.to } : lastDays(days)),
    [search.from, search.to, days],
  );
  const query = useQuery(
    reports.times({
      ...span,
      ...(search.priority ? { priority: search.priority } : {}),
      ...(search.item ? { item: search.item } : {}),
      ...(search.team ? { team: search.team } : {}),
    }),
  );
  const data = query.data;
  return (
    <>
      <PageHead
        title="Times"
        above={<ReportViews />}
        meta={`${absolute(span.from)} to ${absolute(span.to)}, wall time (24 × 7)`}
        actions={
          <Button
            variant="default"
            leftSection={<IconDownload size={14} />}
            disabled={!data}
            onClick={() => data && download(`operate-times-${span.to.slice(0, 10)}.csv`, csv(data))}
          >
            Export CSV
          </Button>
        }
      />
      <Filters search={search} days={days} setDays={setDays} />
      <Loaded query={query} rows={10}>
        {(report) => <Content report={report} search={search} />}
      </Loaded>
    </>
  );
}

interface FilterProps {
  search: ReportSearch;
  days: number;
  setDays: (days: number) => void;
}

function Filters({ search, days, setDays }: FilterProps) {
  const set = useChange();
  return (
    <div className={styles.filters} role="search" aria-label="Filter the report">
      <PeriodFilter
        days={String(days)}
        usual={DAYS}
        linked={Boolean(search.from)}
        set={(value) => {
          setDays(Number(value ?? DAYS));
          set({ from: '', to: '' });
        }}
      />
      <PriorityFilter value={search.priority} set={(values) => set({ priority: values ?? '' })} />
      <ItemFilter
        of="item"
        width={180}
        value={search.item}
        set={(item) => set({ item: item ?? '' })}
      />
      <ItemFilter
        of="team"
        width={160}
        value={search.team}
        set={(team) => set({ team: team ?? '' })}
      />
    </div>
  );
}

/** Changes what the address says about the report. */
export function useChange() {
  const navigate = useNavigate({ from: '/reports' });
  return (change: ReportSearch) =>
    void navigate({
      search: (before) => ({ ...before, ...change }),
      replace: true,
      resetScroll: false,
    });
}

function Content({ report, search }: { report: TimesReport; search: ReportSearch }) {
  const set = useChange();
  const causes = Object.entries(report.counts.by_cause_class);
  return (
    <>
      <div className={styles.figures}>
        {report.figures.map((figure) => {
          const pressed = search.figure === figure.name && !search.group;
          return (
            <button
              key={figure.name}
              type="button"
              className={styles.figure}
              aria-pressed={pressed}
              onClick={() => set({ figure: pressed ? '' : figure.name, group: '', key: '' })}
            >
              <div className={styles.figureTitle}>{figure.title}</div>
              <div className={styles.figureSub}>
                {words(figure.from)} to {figure.to}
              </div>
              <div className={styles.figureBig}>{figureText(figure.median_seconds, duration)}</div>
              <div className={styles.figureSub}>median</div>
              <div className={styles.figureRest}>
                <span>
                  mean <b>{figureText(figure.mean_seconds, duration)}</b>
                </span>
                <span>
                  p90 <b>{figureText(figure.p90_seconds, duration)}</b>
                </span>
                <span>
                  n <b>{figure.n}</b>
                </span>
                <span>
                  excluded <b>{figure.excluded.length}</b>
                </span>
              </div>
              {figure.n > 0 && figure.n < 5 && (
                <div className={styles.figureSub}>Few incidents: read the list, not the mean.</div>
              )}
            </button>
          );
        })}
      </div>
      <Behind
        report={report}
        search={search}
        close={() => set({ figure: '', group: '', key: '' })}
      />
      <div className={styles.counts}>
        <span>
          <b>{report.counts.opened}</b> opened
        </span>
        <span>
          {report.counts.volume.opened_before} in the time before
          {report.counts.volume.notable ? ', more apart than by chance' : ''}
        </span>
        <span>
          <b>{report.counts.resolved}</b> resolved
        </span>
        <span>
          <b>{report.counts.volume.open_at_end}</b> open at the end
        </span>
        <span>
          <b>{report.counts.reopened}</b> reopened
        </span>
        {report.counts.opened > 0 && (
          <span>
            Of the opened: found by monitoring {report.counts.volume.found_by_monitoring}, hit
            consumers {report.counts.volume.consumer_facing}, repeats{' '}
            {report.counts.volume.repeated}
          </span>
        )}
        {report.counts.resolved > 0 && (
          <span>
            Of the resolved: checks passed {report.counts.proven.passed}, failed{' '}
            {report.counts.proven.failed}, not checked {report.counts.proven.unchecked}; confirmed
            by consumers {report.counts.proven.confirmed}
          </span>
        )}
        {causes.length > 0 && (
          <span>
            Causes: {causes.map(([cause, n]) => `${words(cause).toLowerCase()} ${n}`).join(', ')}
          </span>
        )}
      </div>
      <div className={styles.pair}>
        <PerDay days={report.counts.per_day} />
        <ByGroup groups={report.by_priority} />
      </div>
      <div className={styles.stack}>
        <Groups title="By priority" group="priority" rows={report.by_priority} />
        <Groups title="By item" group="item" rows={report.by_item} />
      </div>
    </>
  );
}
