import { Skeleton, useComputedColorScheme } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';

import type { FigureGroup, TimesReport } from '../../api';
import type { BarChart } from '../../kit/chart/Bars';
import { duration } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './reports.module.css';

const Bars = lazy(() => import('../../kit/chart/Bars'));

/** Incidents opened and resolved on each day. */
export function PerDay({ days }: { days: TimesReport['counts']['per_day'] }) {
  const scheme = useComputedColorScheme('light');
  const chart = useMemo<BarChart>(
    () => ({
      categories: days.map((day) => day.day.slice(5)),
      series: [
        {
          name: 'Opened',
          values: days.map((day) => day.opened),
          color: scheme === 'dark' ? '#ef7f86' : '#c22335',
        },
        {
          name: 'Resolved',
          values: days.map((day) => day.resolved),
          color: scheme === 'dark' ? '#5fc29f' : '#0f7a63',
        },
      ],
      text: (value) => String(value),
    }),
    [days, scheme],
  );
  return (
    <Panel title="Opened and resolved by day">
      {days.length === 0 ? (
        <EmptyState title="No incident in this period" />
      ) : (
        <Drawn chart={chart} label={summary(days)} />
      )}
    </Panel>
  );
}

const figures = [
  ['acknowledge', 'To acknowledge', '#6f80ea', '#4456d6'],
  ['restore', 'To restore', '#e6b34d', '#a86a00'],
  ['resolve', 'To resolve', '#5fc29f', '#0f7a63'],
] as const;

/** Median times for each priority. */
export function ByGroup({ groups }: { groups: FigureGroup[] }) {
  const scheme = useComputedColorScheme('light');
  const chart = useMemo<BarChart>(
    () => ({
      categories: groups.map((group) => group.key),
      series: figures.map(([name, label, onDark, onLight]) => ({
        name: label,
        color: scheme === 'dark' ? onDark : onLight,
        values: groups.map(
          (group) => group.figures.find((figure) => figure.name === name)?.median_seconds ?? null,
        ),
      })),
      text: duration,
      log: true,
    }),
    [groups, scheme],
  );
  return (
    <Panel title="Median times by priority">
      {chart.series.every((series) => series.values.every((value) => value === null)) ? (
        <EmptyState title="No incident ended in this period" />
      ) : (
        <Drawn chart={chart} label="Median times by priority; the table below holds the figures" />
      )}
    </Panel>
  );
}

function Drawn({ chart, label }: { chart: BarChart; label: string }) {
  return (
    <div className={styles.chart} role="img" aria-label={label}>
      <Suspense fallback={<Skeleton height="100%" />}>
        <Bars chart={chart} />
      </Suspense>
    </div>
  );
}

function summary(days: TimesReport['counts']['per_day']): string {
  const opened = days.reduce((sum, day) => sum + day.opened, 0);
  const resolved = days.reduce((sum, day) => sum + day.resolved, 0);
  return `${opened} incidents opened and ${resolved} resolved over ${days.length} days`;
}
