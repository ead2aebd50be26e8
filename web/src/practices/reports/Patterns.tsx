import { Select, Skeleton, useComputedColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';

import { type PatternsReport, reports } from '../../api';
import type { BandChart } from '../../kit/chart/Band';
import { changed, without } from '../../kit/filter';
import { Loaded } from '../../kit/QueryState';
import { count } from '../../kit/words';
import { absolute, browserZone } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { ExpectedHours } from './ExpectedHours';
import styles from './reports.module.css';
import type { Time } from './Rules';
import { Unusual } from './Unusual';
import { WeekMap } from './WeekMap';

const Band = lazy(() => import('../../kit/chart/Band'));

/** What is usual at each hour of the week, and the hours that are not. */
export function Patterns({ time }: { time: Time }) {
  const search = useSearch({ from: '/app/reports/alerts' });
  const zone = search.zone ?? browserZone();
  const rule = search.rule && search.of ? { name: search.rule, source: search.of } : {};
  const query = useQuery(
    reports.patterns({
      ...time,
      time_zone: zone,
      ...(search.team ? { team: search.team } : {}),
      ...(search.item ? { item: search.item } : {}),
      ...(search.source ? { source: search.source } : {}),
      ...rule,
    }),
  );
  return (
    <>
      <Panel
        title="Patterns of the week"
        actions={<Choices rules={query.data?.rules ?? []} zone={zone} />}
      >
        <Loaded query={query} rows={6}>
          {(report) => <Week report={report} />}
        </Loaded>
      </Panel>
      {query.data && <Found report={query.data} />}
    </>
  );
}

interface ChoicesProps {
  rules: PatternsReport['rules'];
  zone: string;
}

/** Which rule, and on whose clocks. */
function Choices({ rules, zone }: ChoicesProps) {
  const search = useSearch({ from: '/app/reports/alerts' });
  const navigate = useNavigate({ from: '/reports/alerts' });
  const key = (rule: { source: string; name: string }) => JSON.stringify([rule.source, rule.name]);
  const chosen = search.rule && search.of ? { source: search.of, name: search.rule } : null;
  const known = chosen && !rules.some((rule) => key(rule) === key(chosen)) ? [chosen] : [];
  const zones = [...new Set([browserZone(), 'UTC', zone])];
  return (
    <div className={styles.choosing}>
      <Select
        size="xs"
        aria-label="Rule of the pattern"
        placeholder="All rules together"
        searchable
        clearable
        data={[...known, ...rules].map((rule) => ({
          value: key(rule),
          label: `${rule.name} (${rule.source})`,
        }))}
        value={chosen ? key(chosen) : null}
        onChange={(value) => {
          const rule = rules.find((each) => key(each) === value);
          void navigate({
            search: (before) =>
              rule
                ? changed(changed(before, 'rule', rule.name), 'of', rule.source)
                : without(before, 'rule', 'of'),
            replace: true,
            resetScroll: false,
          });
        }}
      />
      <Select
        size="xs"
        aria-label="Time zone"
        allowDeselect={false}
        data={zones}
        value={zone}
        onChange={(value) =>
          void navigate({
            search: (before) => changed(before, 'zone', value === browserZone() ? null : value),
            replace: true,
            resetScroll: false,
          })
        }
      />
    </div>
  );
}

function Week({ report }: { report: PatternsReport }) {
  const { history } = report;
  if (!history.since || report.week.length === 0) {
    return (
      <EmptyState title="No firing is known yet">
        Operate compares each hour with the same hour of the weeks before. It needs {history.needed}{' '}
        weeks of firings for that; there are none. Loosen the filters, or connect a sender of
        alerts.
      </EmptyState>
    );
  }
  return (
    <div className={styles.patterns}>
      {history.weeks < history.needed && (
        <p className={styles.note}>
          <b>Too little history to say what is usual.</b> Firings are known since{' '}
          {absolute(history.since)}: {count(history.weeks, 'whole week')} of the {history.needed}{' '}
          that are needed. Until then means are drawn, and no hour is called unusual.
        </p>
      )}
      <div>
        <WeekMap week={report.week} />
      </div>
      <Line report={report} />
    </div>
  );
}

/** Counts of each hour over what is usual. */
function Line({ report }: { report: PatternsReport }) {
  const scheme = useComputedColorScheme('light');
  const { line, time_zone: zone } = report;
  const chart = useMemo<BandChart>(() => {
    const text = new Intl.DateTimeFormat('en-GB', {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      timeZone: zone,
    });
    return {
      categories: line.map((hour) => text.format(Date.parse(hour.at))),
      values: line.map((hour) => hour.count),
      expected: line.map((hour) => hour.expected ?? null),
      high: line.map((hour) => hour.high ?? null),
      names: { values: 'Firings by hour', expected: 'Usual', high: 'Far more from here' },
      color: scheme === 'dark' ? '#ef7f86' : '#c22335',
    };
  }, [line, zone, scheme]);
  const sum = line.reduce((all, hour) => all + hour.count, 0);
  const label = `${count(sum, 'firing')} over ${count(line.length, 'hour')}; ${count(report.found, 'unusual hour')} in the list below`;
  return (
    <div className={styles.chart} role="img" aria-label={label}>
      <Suspense fallback={<Skeleton height="100%" />}>
        <Band chart={chart} />
      </Suspense>
    </div>
  );
}

function Found({ report }: { report: PatternsReport }) {
  const { history, anomalies, found, expected } = report;
  const shown = anomalies.length < found ? `${anomalies.length} of ${found}` : found;
  return (
    <>
      <Panel title="Unusual hours" count={shown} flush>
        {anomalies.length === 0 ? (
          <EmptyState title="No hour was unusual">
            {history.weeks < history.needed
              ? `${count(history.weeks, 'whole week')} of history ${history.weeks === 1 ? 'is' : 'are'} there; ${history.needed} are needed before an hour can be unusual.`
              : 'An hour stands here when far more fires than in the same hour of the weeks before, or nothing where something always did.'}
          </EmptyState>
        ) : (
          <Unusual anomalies={anomalies} zone={report.time_zone} />
        )}
      </Panel>
      {expected.length > 0 && (
        <Panel title="Expected hours" count={expected.length} flush>
          <ExpectedHours expected={expected} />
        </Panel>
      )}
    </>
  );
}
