import { Skeleton } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';

import type { ComplianceFigures } from '../../api';
import type { BurnChart } from '../../kit/chart/Burn';
import styles from './contracts.module.css';
import { span } from './say';

const Burn = lazy(() => import('../../kit/chart/Burn'));

/** What is left of the allowance over the period, with the incidents that used it. */
export function AllowanceChart({ figures, now }: { figures: ComplianceFigures; now: string }) {
  const chart = useMemo(() => chartOf(figures, now), [figures, now]);
  if (!chart) return null;
  const last = chart.points.at(-1)?.[1] ?? 0;
  const label =
    `Allowance over the period: ${span(chart.points[0]?.[1] ?? 0)} at the beginning, ` +
    `${span(last)} left, ${chart.marks.length} intervals used it`;
  return (
    <div className={styles.chart} role="img" aria-label={label}>
      <Suspense fallback={<Skeleton height="100%" />}>
        <Burn chart={chart} />
      </Suspense>
    </div>
  );
}

/** The course of the allowance: level while nothing counts, falling while something does. */
export function chartOf(figures: ComplianceFigures, now: string): BurnChart | null {
  const allowance = figures.allowance_seconds;
  if (typeof allowance !== 'number') return null;
  const end = Math.min(Date.parse(now), Date.parse(figures.period.until));
  const points: [number, number][] = [[Date.parse(figures.period.from), allowance]];
  const marks: BurnChart['marks'] = [];
  let left = allowance;
  const costly = figures.lines.filter(
    (line) => (line.kind === 'down' || line.kind === 'degraded') && line.counted_seconds > 0,
  );
  for (const line of costly) {
    points.push([Date.parse(line.from), left]);
    left -= line.counted_seconds;
    points.push([Date.parse(line.to), left]);
    const name = line.incident ? `#${line.incident.number}` : 'joined';
    marks.push({
      at: Date.parse(line.to),
      left,
      name,
      text: `${name}: ${span(line.counted_seconds)}`,
    });
  }
  points.push([end, left]);
  const until = Date.parse(figures.period.until);
  return { points, marks, from: Date.parse(figures.period.from), until, text: span };
}
