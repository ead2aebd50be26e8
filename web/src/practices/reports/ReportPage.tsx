import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';

import { reports, type TimesReport } from '../../api';
import { ItemFilter, PeriodFilter, PriorityFilter } from '../../kit/narrow';
import { Loaded } from '../../kit/QueryState';
import { words } from '../../kit/words';
import { absolute, duration } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Behind } from './Behind';
import { PerDay, ByGroup } from './charts';
import { Counts } from './Counts';
import { csv, download } from './csv';
import { Groups } from './Groups';
import { figureText, type PeriodSearch, spanOf } from '../../kit/period';
import { ReportViews } from './ReportViews';
import styles from './reports.module.css';

const DAYS = 30;

export interface ReportSearch extends PeriodSearch {
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
  const { days, from, to } = search;
  const span = useMemo(() => spanOf({ days, from, to }, DAYS), [days, from, to]);
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
      <Filters search={search} />
      <Loaded query={query} rows={10}>
        {(report) => <Content report={report} search={search} />}
      </Loaded>
    </>
  );
}

function Filters({ search }: { search: ReportSearch }) {
  const set = useChange();
  return (
    <div className={styles.filters} role="search" aria-label="Filter the report">
      <PeriodFilter
        search={search}
        usual={DAYS}
        set={(period) => set({ days: '', from: '', to: '', ...period })}
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
      <Counts report={report} search={search} />
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
