import { Skeleton, useComputedColorScheme } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';

import type { RulesReport } from '../../api';
import type { BarChart } from '../../kit/chart/Bars';
import { count } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './reports.module.css';

const Bars = lazy(() => import('../../kit/chart/Bars'));

const series = [
  ['Signals', 'signals', '#9aa3b2', '#7a8496'],
  ['Firings', 'fired', '#ef7f86', '#c22335'],
  ['Never looked at', 'never_acknowledged', '#e6b34d', '#a86a00'],
] as const;

/** Signals, firings, and firings that nobody looked at, on each day. */
export function AlertsPerDay({ days }: { days: RulesReport['per_day'] }) {
  const scheme = useComputedColorScheme('light');
  const chart = useMemo<BarChart>(
    () => ({
      categories: days.map((day) => day.day.slice(5)),
      series: series.map(([name, field, onDark, onLight]) => ({
        name,
        values: days.map((day) => day[field]),
        color: scheme === 'dark' ? onDark : onLight,
      })),
      text: (value) => value.toLocaleString('en-GB'),
      log: true,
    }),
    [days, scheme],
  );
  const sum = (field: 'signals' | 'fired') => days.reduce((all, day) => all + day[field], 0);
  return (
    <Panel title="By day">
      {sum('signals') + sum('fired') === 0 ? (
        <EmptyState title="Nothing came in during this period" />
      ) : (
        <div
          className={styles.chart}
          role="img"
          aria-label={`${count(sum('signals'), 'signal')} and ${count(sum('fired'), 'firing')} over ${count(days.length, 'day')}`}
        >
          <Suspense fallback={<Skeleton height="100%" />}>
            <Bars chart={chart} />
          </Suspense>
        </div>
      )}
    </Panel>
  );
}
