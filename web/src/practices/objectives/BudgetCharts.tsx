import { Skeleton, useComputedColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';

import { objectives, type BudgetSeries, type Objective } from '../../api';
import type { LineChart } from '../../kit/chart/Lines';
import { Loaded } from '../../kit/QueryState';
import { TimeAgo } from '../../kit/TimeAgo';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { left, percent, targetSteps, unknownSpans } from './figures';
import styles from './objectives.module.css';

const Lines = lazy(() => import('../../kit/chart/Lines'));

const eventColour: Record<string, string> = {
  incident: '#d6455d',
  change: '#6f80ea',
  objective: '#a86a00',
};

/** The way of the budget and of the indicator through the window. */
export function BudgetCharts({ objective }: { objective: Objective }) {
  const query = useQuery(objectives.series(objective.name));
  return (
    <Loaded query={query} rows={6}>
      {(series) => <Drawn objective={objective} series={series} />}
    </Loaded>
  );
}

function Drawn({ objective, series }: { objective: Objective; series: BudgetSeries }) {
  const scheme = useComputedColorScheme('light');
  const targets = useQuery(objectives.targets(objective.name));
  const shared = useMemo(
    () => ({
      unknown: unknownSpans(series.points),
      events: series.events.map((event) => ({
        at: Date.parse(event.at),
        name: event.title,
        color: eventColour[event.kind] ?? '#888888',
      })),
    }),
    [series],
  );
  const budget = useMemo<LineChart>(
    () => ({
      ...shared,
      series: [
        {
          name: 'Budget left',
          color: scheme === 'dark' ? '#5fc29f' : '#0f7a63',
          // Where nothing is known, no line pretends that the budget was whole.
          points: series.points.map((point) => [
            Date.parse(point.until),
            point.unknown_share >= 1 ? null : (point.remaining ?? null),
          ]),
        },
      ],
      text: left,
      bounds: [{ value: 0, name: 'spent' }],
      max: 1,
    }),
    [series, shared, scheme],
  );
  const indicator = useMemo<LineChart>(
    () => ({
      ...shared,
      series: [
        {
          name: 'Good',
          color: scheme === 'dark' ? '#6f80ea' : '#4456d6',
          points: series.points.map((point) => [Date.parse(point.until), point.sli ?? null]),
        },
        {
          name: 'Target',
          color: scheme === 'dark' ? '#e6b34d' : '#a86a00',
          points: targetSteps(targets.data?.items ?? [], series.points),
          step: true,
        },
      ],
      text: percent,
      bounds: [],
      max: 1,
    }),
    [series, shared, scheme, targets.data],
  );
  if (series.points.every((point) => point.total === 0)) {
    return (
      <Panel title="Error budget">
        <EmptyState title="Nothing was counted in this window">
          {objective.parts.length > 0 ? (
            'It is reckoned from its parts once a minute, as far as they say anything.'
          ) : objective.source ? (
            'Its source is asked every minute; what is wrong with it stands above.'
          ) : (
            <>
              Push counts with <code>operate objective push</code>, or name a source.
            </>
          )}
        </EmptyState>
      </Panel>
    );
  }
  return (
    <>
      <Panel title="Error budget left over the window">
        <Chart
          chart={budget}
          label={`At the end of the window so far ${left(objective.remaining)} of the error budget is left`}
        />
        <Events events={series.events.slice(0, 8)} />
      </Panel>
      <Panel title="Good share over the window">
        <Chart
          chart={indicator}
          label={`${percent(objective.sli)} were good, the target is ${String(objective.target)} %`}
        />
      </Panel>
    </>
  );
}

function Chart({ chart, label }: { chart: LineChart; label: string }) {
  return (
    <div className={styles.chart} role="img" aria-label={label}>
      <Suspense fallback={<Skeleton height="100%" />}>
        <Lines chart={chart} />
      </Suspense>
    </div>
  );
}

function Events({ events }: { events: BudgetSeries['events'] }) {
  if (events.length === 0) return null;
  return (
    <ul className={styles.events} aria-label="What happened meanwhile">
      {events.map((event) => (
        <li key={`${event.at} ${event.title}`}>
          <TimeAgo at={event.at} />{' '}
          {event.path ? <Link to={event.path}>{event.title}</Link> : event.title}
        </li>
      ))}
    </ul>
  );
}
