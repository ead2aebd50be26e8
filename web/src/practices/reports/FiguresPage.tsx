import { Button, Select, Skeleton, useComputedColorScheme } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';

import { reports, type MeasureLine, type MeasureSeries } from '../../api';
import type { LineChart } from '../../kit/chart/Lines';
import { changed, withPeriod } from '../../kit/filter';
import { spanOf } from '../../kit/period';
import { ItemFilter, PeriodFilter, PriorityFilter } from '../../kit/narrow';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { browserZone } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { told } from './KeyFigures';
import { ReportViews } from './ReportViews';
import styles from './reports.module.css';

const Lines = lazy(() => import('../../kit/chart/Lines'));

const DAYS = 90;
const FIRST = 'restore_median';

/** Any figure of operations as a chart, by day, week or month, for any period and filter. */
export function FiguresPage() {
  const search = useSearch({ from: '/app/reports/figures' });
  const { days, from, to } = search;
  const span = useMemo(() => spanOf({ days, from, to }, DAYS), [days, from, to]);
  const step = search.step ?? 'week';
  const asked = {
    ...span,
    step,
    time_zone: browserZone(),
    ...(search.priority ? { priority: search.priority } : {}),
    ...(search.item ? { item: search.item } : {}),
    ...(search.team ? { team: search.team } : {}),
  };
  const query = useQuery(reports.series(asked));
  return (
    <>
      <PageHead
        title="Figures"
        above={<ReportViews />}
        meta="Each figure by day, week or month; durations belong to the time in which they ended"
        actions={
          <Button
            variant="default"
            leftSection={<IconDownload size={14} />}
            component="a"
            href={reports.seriesAddress(asked)}
            download
          >
            Export CSV
          </Button>
        }
      />
      <Filters />
      <Loaded query={query} rows={8}>
        {(found) => <Chosen found={found} name={search.figure ?? FIRST} step={step} />}
      </Loaded>
    </>
  );
}

function Filters() {
  const search = useSearch({ from: '/app/reports/figures' });
  const navigate = useNavigate({ from: '/reports/figures' });
  const set = (name: 'step' | 'priority' | 'item' | 'team', value: string | null): void =>
    void navigate({ search: (before) => changed(before, name, value), replace: true });
  return (
    <div className={styles.filters} role="search" aria-label="Filter the figures">
      <PeriodFilter
        search={search}
        usual={DAYS}
        set={(period) =>
          void navigate({ search: (before) => withPeriod(before, period), replace: true })
        }
      />
      <Select
        size="xs"
        w={120}
        aria-label="Step"
        data={[
          { value: 'day', label: 'By day' },
          { value: 'week', label: 'By week' },
          { value: 'month', label: 'By month' },
        ]}
        value={search.step ?? 'week'}
        allowDeselect={false}
        onChange={(value) => set('step', value === 'week' ? null : value)}
      />
      <PriorityFilter value={search.priority} set={(values) => set('priority', values)} />
      <ItemFilter of="item" width={180} value={search.item} set={(item) => set('item', item)} />
      <ItemFilter of="team" width={160} value={search.team} set={(team) => set('team', team)} />
    </div>
  );
}

function Chosen({ found, name, step }: { found: MeasureSeries; name: string; step: string }) {
  const navigate = useNavigate({ from: '/reports/figures' });
  const line = found.measures.find((measure) => measure.name === name) ?? found.measures[0];
  if (!line) return null;
  return (
    <div className={styles.stack}>
      <Select
        label="Figure"
        maw={420}
        data={found.measures.map((measure) => ({ value: measure.name, label: measure.title }))}
        value={line.name}
        searchable
        allowDeselect={false}
        onChange={(value) =>
          void navigate({
            search: (before) => changed(before, 'figure', value === FIRST ? null : value),
            replace: true,
          })
        }
      />
      <Panel title={line.title}>
        {line.values.every((value) => value === null) ? (
          <EmptyState title="Nothing to draw in this time">
            {found.alerts_left_out ?? found.calls_left_out ?? (
              <>
                Durations need incidents that ended in it. Availability and failures are told of one
                item: choose it above.
              </>
            )}
          </EmptyState>
        ) : (
          <Drawn found={found} line={line} />
        )}
      </Panel>
      <Panel title={`By ${step}`} flush>
        <SimpleTable
          label={`${line.title} by ${step}`}
          rows={found.steps.map((each, place) => ({ ...each, place })).reverse()}
          rowKey={(row) => row.from}
          columns={[
            { header: 'From', cell: (row) => new Date(row.from).toLocaleDateString('sv-SE') },
            {
              header: line.title,
              align: 'end',
              cell: (row) => told(line, line.values[row.place]),
            },
            ...(line.n
              ? [
                  {
                    header: 'Incidents',
                    align: 'end' as const,
                    cell: (row: { place: number }) => line.n?.[row.place] ?? 0,
                  },
                ]
              : []),
          ]}
        />
      </Panel>
    </div>
  );
}

function Drawn({ found, line }: { found: MeasureSeries; line: MeasureLine }) {
  const scheme = useComputedColorScheme('light');
  const chart = useMemo<LineChart>(
    () => ({
      series: [
        {
          name: line.title,
          color: scheme === 'dark' ? '#6f80ea' : '#4456d6',
          points: found.steps.map((step, place) => [
            Date.parse(step.from),
            line.values[place] ?? null,
          ]),
          marked: true,
        },
      ],
      text: (value) => told(line, value),
      bounds: [],
      unknown: [],
      events: [],
      whole: line.unit === 'count',
      ...(line.unit === 'percent' ? { max: 100 } : { min: 0 }),
    }),
    [found, line, scheme],
  );
  const known = line.values.filter((value) => value !== null).length;
  return (
    <div
      className={styles.chart}
      role="img"
      aria-label={`${line.title}: ${known} of ${found.steps.length} have a value; the table below holds them`}
    >
      <Suspense fallback={<Skeleton height="100%" />}>
        <Lines chart={chart} />
      </Suspense>
    </div>
  );
}
