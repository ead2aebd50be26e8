import { Button, MultiSelect, Select } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';

import { reports, type TimesReport } from '../../api';
import { many } from '../../kit/filter';
import { ItemSelect } from '../../kit/ItemSelect';
import { Loaded } from '../../kit/QueryState';
import { words } from '../../kit/words';
import { absolute, duration } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Behind } from './Behind';
import { PerDay, ByGroup } from './charts';
import { csv, download } from './csv';
import { Groups } from './Groups';
import { figureText, lastDays, periods } from '../../kit/period';
import { ReportViews } from './ReportViews';
import styles from './reports.module.css';

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
  const [days, setDays] = useState(30);
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
      <Select
        size="xs"
        w={150}
        aria-label="Period"
        data={periods.map((period) => ({ value: String(period.days), label: period.label }))}
        value={search.from ? null : String(days)}
        placeholder="As linked"
        allowDeselect={false}
        onChange={(value) => {
          setDays(Number(value ?? 30));
          set({ from: '', to: '' });
        }}
      />
      <MultiSelect
        size="xs"
        w={170}
        aria-label="Priority"
        placeholder={search.priority ? '' : 'Every priority'}
        data={['P1', 'P2', 'P3', 'P4', 'P5']}
        value={many(search.priority)}
        onChange={(values) => set({ priority: values.join(',') })}
      />
      <div style={{ width: 180 }}>
        <ItemSelect
          hideLabel
          size="xs"
          label="Item"
          placeholder="Every item"
          value={search.item ?? null}
          onChange={(item) => set({ item: item ?? '' })}
        />
      </div>
      <div style={{ width: 160 }}>
        <ItemSelect
          hideLabel
          size="xs"
          label="Team"
          placeholder="Every team"
          kind="team"
          value={search.team ?? null}
          onChange={(team) => set({ team: team ?? '' })}
        />
      </div>
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
