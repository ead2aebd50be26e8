import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';

import { reports, type RulesReport } from '../../api';
import { changed, withPeriod } from '../../kit/filter';
import { spanOf } from '../../kit/period';
import { ItemFilter, PeriodFilter } from '../../kit/narrow';
import { Loaded } from '../../kit/QueryState';
import { absolute } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { AlertsPerDay } from './AlertsPerDay';
import { Classes } from './Classes';
import { Companions } from './Companions';
import { download, rulesCsv } from './csv';
import { chosen, isChosen, ordered } from './order';
import { Patterns } from './Patterns';
import { ReportViews } from './ReportViews';
import styles from './reports.module.css';
import { Rules, type Time } from './Rules';
import { RuleTotals } from './RuleTotals';

const DAYS = 30;

/** Which alert rules are noise: what fires most, what nobody looks at, and what came of it. */
export function RulesPage() {
  const search = useSearch({ from: '/app/reports/alerts' });
  const { days, from, to } = search;
  const time = useMemo(() => spanOf({ days, from, to }, DAYS), [days, from, to]);
  const query = useQuery(
    reports.rules({
      ...time,
      ...(search.team ? { team: search.team } : {}),
      ...(search.item ? { item: search.item } : {}),
      ...(search.source ? { source: search.source } : {}),
    }),
  );
  const data = query.data;
  return (
    <>
      <PageHead
        title="Alert rules"
        above={<ReportViews />}
        meta={`${absolute(time.from)} to ${absolute(time.to)}`}
        actions={
          <Button
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            disabled={!data}
            onClick={() =>
              data && download(`operate-rules-${time.to.slice(0, 10)}.csv`, rulesCsv(data))
            }
          >
            Export CSV
          </Button>
        }
      />
      <Filters />
      <Loaded query={query} rows={10}>
        {(report) => <Content report={report} time={time} />}
      </Loaded>
    </>
  );
}

function useSet() {
  const navigate = useNavigate({ from: '/reports/alerts' });
  return (name: 'team' | 'item' | 'sort' | 'show', value: string | null) =>
    void navigate({
      search: (before) => changed(before, name, value),
      replace: true,
      resetScroll: false,
    });
}

function Filters() {
  const search = useSearch({ from: '/app/reports/alerts' });
  const navigate = useNavigate({ from: '/reports/alerts' });
  const set = useSet();
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
      <ItemFilter of="item" width={180} value={search.item} set={(item) => set('item', item)} />
    </div>
  );
}

function Content({ report, time }: { report: RulesReport; time: Time }) {
  const search = useSearch({ from: '/app/reports/alerts' });
  const set = useSet();
  const sort = search.sort ?? '-fired';
  const show = isChosen(search.show) ? search.show : null;
  const rules = useMemo(() => {
    const wanted = show ? report.rules.filter(chosen[show].holds) : report.rules;
    return ordered(wanted, sort);
  }, [report.rules, show, sort]);
  return (
    <>
      <RuleTotals
        report={report}
        time={time}
        show={show}
        choose={(name) => set('show', name === show ? null : name)}
      />
      <div style={{ marginBottom: 12 }}>
        <AlertsPerDay days={report.per_day} />
      </div>
      <Classes report={report.classes} time={time} />
      <Panel
        title={show ? `Rules: ${chosen[show].label.toLowerCase()}` : 'Rules'}
        count={rules.length}
        flush
      >
        {rules.length === 0 ? (
          <EmptyState
            title={show ? 'No such rule in this period' : 'No alert fired in this period'}
          >
            {show
              ? 'Choose another figure above, or press it again to see all rules.'
              : 'Widen the period, or loosen the filters.'}
          </EmptyState>
        ) : (
          <Rules
            rules={rules}
            time={time}
            sort={sort}
            onSort={(next) => set('sort', next === '-fired' ? null : next)}
          />
        )}
      </Panel>
      <div className={styles.below}>
        <Patterns time={time} />
        <Companions time={time} team={search.team} />
      </div>
      <p className={styles.sub}>
        Firings that began in the period, as far as they are kept (since{' '}
        {absolute(report.kept_since)}). Notified groups are known since{' '}
        {absolute(report.notified_since)}.
      </p>
    </>
  );
}
