import { Skeleton, useComputedColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';

import { type LoadReport, type PersonLoad, reports } from '../../api';
import { PriorityBadge } from '../../kit/Badges';
import type { BarChart } from '../../kit/chart/Bars';
import { changed, withPeriod } from '../../kit/filter';
import { ItemLink } from '../../kit/ItemLink';
import { figureText, spanOf } from '../../kit/period';
import { ItemFilter, PeriodFilter } from '../../kit/narrow';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { itemName, words } from '../../kit/words';
import { absolute, duration } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { BacklogPanel, ToilPanel } from './Bearable';
import { ReportViews } from './ReportViews';
import styles from './reports.module.css';

const Bars = lazy(() => import('../../kit/chart/Bars'));
const DAYS = 30;

/** How much calling weighs on people, and what called each of them. */
export function LoadPage() {
  const search = useSearch({ from: '/app/reports/load' });
  const { days, from, to } = search;
  const time = useMemo(() => spanOf({ days, from, to }, DAYS), [days, from, to]);
  const query = useQuery(
    reports.load({
      ...time,
      ...(search.team ? { team: search.team } : {}),
      ...(search.person ? { person: search.person } : {}),
    }),
  );
  return (
    <>
      <PageHead
        title="On-call load"
        above={<ReportViews />}
        meta={`${absolute(time.from)} to ${absolute(time.to)}; nights are 22 to 7 o'clock where each person is`}
      />
      <Filters />
      <Loaded query={query} rows={8}>
        {(report) => <Content report={report} one={Boolean(search.person)} />}
      </Loaded>
    </>
  );
}

function Filters() {
  const search = useSearch({ from: '/app/reports/load' });
  const navigate = useNavigate({ from: '/reports/load' });
  const set = (name: 'team' | 'person', value: string | null) =>
    void navigate({ search: (before) => changed(before, name, value), replace: true });
  return (
    <div className={styles.filters} role="search" aria-label="Filter the report">
      <PeriodFilter
        search={search}
        usual={DAYS}
        set={(period) =>
          void navigate({ search: (before) => withPeriod(before, period), replace: true })
        }
      />
      <ItemFilter of="team" width={160} value={search.team} set={(team) => set('team', team)} />
      <ItemFilter
        of="person"
        width={180}
        value={search.person}
        set={(person) => set('person', person)}
      />
    </div>
  );
}

function Content({ report, one }: { report: LoadReport; one: boolean }) {
  const { limits } = report;
  return (
    <>
      <Panel title="By person" flush>
        {report.people.length === 0 && (
          <EmptyState title="Nobody was called">
            In this time no escalation policy called anybody, or the filters leave nobody over.
          </EmptyState>
        )}
        {report.people.length > 0 && (
          <SimpleTable
            label="Load by person"
            rows={report.people}
            rowKey={(load) => load.person}
            columns={[
              { header: 'Person', cell: (load) => <Person load={load} one={one} /> },
              { header: 'Incidents', align: 'end', cell: (load) => load.incidents },
              { header: 'Answered', align: 'end', cell: (load) => load.answered },
              {
                header: 'Median answer',
                align: 'end',
                cell: (load) => figureText(load.answer_median_seconds, duration),
              },
              { header: 'At night', align: 'end', cell: (load) => load.at_night },
              { header: 'Worst 12 h', align: 'end', cell: (load) => load.worst_shift },
              { header: 'Days in a row', align: 'end', cell: (load) => load.longest_streak_days },
              { header: 'More than enough', cell: (load) => <Warnings load={load} /> },
            ]}
          />
        )}
      </Panel>
      <p className={styles.note}>
        One incident counts once for a person, however often it rang. More than{' '}
        {limits.shift_incidents_max} incidents within twelve hours, or {limits.week_nights_max}{' '}
        nights with a call out of seven, are warned about.{' '}
        <Link to="/settings/$part" params={{ part: 'load' }}>
          Limits
        </Link>
      </p>
      <div className={styles.panels}>
        <ToilPanel toil={report.toil} />
        {!one && <BacklogPanel backlog={report.backlog} />}
      </div>
      {report.people.slice(0, one ? 1 : 0).map((load) => (
        <Detail key={load.person} load={load} />
      ))}
    </>
  );
}

function Person({ load, one }: { load: PersonLoad; one: boolean }) {
  if (one) return <ItemLink item={load.person} />;
  return (
    <Link
      to="/reports/load"
      search={(before) => ({ ...before, person: load.person })}
      title="What called them, and why"
    >
      {itemName(load.person)}
    </Link>
  );
}

function Warnings({ load }: { load: PersonLoad }) {
  if (load.warnings.length === 0) return <span>–</span>;
  return <span className={styles.warned}>{load.warnings.join('; ')}</span>;
}

/** One person: by day, and what called them. */
function Detail({ load }: { load: PersonLoad }) {
  return (
    <>
      <Panel title="By day">
        <ByDay load={load} />
      </Panel>
      <Panel title="What called them, and why" flush>
        <SimpleTable
          label="What called them"
          rows={load.called_to}
          rowKey={(call) => call.incident}
          columns={[
            {
              header: 'Incident',
              cell: (call) => (
                <span>
                  <PriorityBadge priority={call.priority} />{' '}
                  <Link to="/incidents/$id" params={{ id: call.incident }}>
                    #{call.number} {call.title}
                  </Link>
                </span>
              ),
            },
            {
              header: 'Called',
              cell: (call) => (
                <span>
                  <TimeAgo at={call.at} />
                  {call.at_night ? ', at night' : ''}
                </span>
              ),
            },
            { header: 'By', cell: (call) => call.channels.map(words).join(', ') },
            { header: 'Why', cell: (call) => call.because },
            {
              header: 'Answered',
              cell: (call) => (call.answered_at ? <TimeAgo at={call.answered_at} /> : 'No'),
            },
          ]}
        />
      </Panel>
    </>
  );
}

function ByDay({ load }: { load: PersonLoad }) {
  const scheme = useComputedColorScheme('light');
  const chart = useMemo<BarChart>(() => {
    const date = (day: number) => new Date(day * 86_400_000).toISOString().slice(5, 10);
    return {
      categories: load.days.map((day) => date(day.day)),
      series: [
        {
          name: 'By day',
          values: load.days.map((day) => day.by_day),
          color: scheme === 'dark' ? '#6f80ea' : '#4456d6',
        },
        {
          name: 'At night',
          values: load.days.map((day) => day.by_night),
          color: scheme === 'dark' ? '#ef7f86' : '#c22335',
        },
      ],
      text: (value) => String(value),
    };
  }, [load, scheme]);
  const label = `${load.incidents} incidents on ${load.days.length} days, ${load.at_night} of them at night.`;
  return (
    <div className={styles.chart} role="img" aria-label={label}>
      <Suspense fallback={<Skeleton height="100%" />}>
        <Bars chart={chart} />
      </Suspense>
    </div>
  );
}
