import { Button, Select } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

import { type Alert, alerts, overview } from '../../api';
import { AlertViews } from '../../kit/AlertViews';
import { SeverityMark, StateWord } from '../../kit/Badges';
import { type Column, DataTable } from '../../kit/DataTable';
import { ItemLink } from '../../kit/ItemLink';
import { changed, filterCount } from '../../kit/filter';
import { ItemSelect } from '../../kit/ItemSelect';
import kit from '../../kit/kit.module.css';
import { Failure } from '../../kit/QueryState';
import { SearchBox } from '../../kit/SearchBox';
import { TimeAgo } from '../../kit/TimeAgo';
import { count } from '../../kit/words';
import { FilterBar } from '../../ui/FilterBar';
import { PageHead } from '../../ui/PageHead';
import { EmptyState, RowsSkeleton } from '../../ui/States';
import styles from './alerts.module.css';
import { SilencedMark } from './SilencedMark';

/** Every alert with its state, the item it was matched to, and the incident it belongs to. */
export function AlertList() {
  const search = useSearch({ from: '/app/alerts' });
  const navigate = useNavigate({ from: '/alerts' });
  const unmatched = search.matched === 'false';
  const sort = search.sort ?? '-severity';
  const query = useInfiniteQuery(
    alerts.list({
      ...search,
      state: search.state === 'all' ? '' : (search.state ?? 'open,acknowledged'),
      sort,
    }),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const total = query.data?.pages[0]?.total;
  const columns = unmatched ? unmatchedColumns : matchedColumns;

  return (
    <>
      <PageHead title={unmatched ? 'Alerts without an item' : 'Alerts'} above={<AlertViews />} />
      {!unmatched && <UnmatchedNotice />}
      <Filters search={search} />
      <div className={styles.surface}>
        {query.isError && rows.length === 0 ? (
          <div style={{ padding: 14 }}>
            <Failure error={query.error} retry={() => void query.refetch()} />
          </div>
        ) : query.isPending ? (
          <RowsSkeleton rows={10} />
        ) : rows.length === 0 ? (
          <Nothing search={search} />
        ) : (
          <DataTable
            key={unmatched ? 'unmatched' : 'all'}
            label={unmatched ? 'Alerts without an item' : 'Alerts'}
            rows={rows}
            columns={columns}
            rowKey={(row) => row.id}
            card={(row) => <AlertCard row={row} unmatched={unmatched} />}
            sort={sort}
            onSort={(next) =>
              void navigate({ search: (before) => ({ ...before, sort: next }), replace: true })
            }
            more={more}
          />
        )}
      </div>
      {rows.length > 0 && (
        <p className={styles.status} role="status">
          {typeof total === 'number'
            ? `${count(total, 'alert')}, ${rows.length} loaded`
            : `${count(rows.length, 'alert')} loaded`}
          {isFetchingNextPage ? ' · loading more' : ''}
        </p>
      )}
    </>
  );
}

function UnmatchedNotice() {
  const unmatched = useQuery(overview.overview()).data?.alerts.unmatched ?? 0;
  if (unmatched === 0) return null;
  return (
    <div className={styles.notice}>
      <span>
        {count(unmatched, 'alert')} could not be matched to an item of the estate: nobody is called
        for them by ownership.
      </span>
      <Link to="/alerts" search={{ matched: 'false' }}>
        Show them and make a rule
      </Link>
    </div>
  );
}

function Nothing({ search }: { search: alerts.AlertFilter }) {
  if (search.matched === 'false') {
    return (
      <EmptyState title="Every alert found its item">
        When an alert arrives that no match rule places, it is listed here.
      </EmptyState>
    );
  }
  if (Object.keys(search).length > 0) {
    return (
      <EmptyState
        title="No alert matches these filters"
        action={
          <Button
            variant="default"
            renderRoot={(props) => <Link to="/alerts" search={{ state: 'all' }} {...props} />}
          >
            Show all alerts
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState title="No alert is firing">
      Connect Prometheus, Alertmanager or anything that can post JSON under{' '}
      <Link to="/settings/$part" params={{ part: 'integrations' }}>
        Settings, Integration keys
      </Link>
      .
    </EmptyState>
  );
}

const states = [
  { value: 'all', label: 'All states' },
  { value: 'open', label: 'Open' },
  { value: 'acknowledged', label: 'Acknowledged' },
  { value: 'cleared', label: 'Cleared' },
  { value: 'closed', label: 'Closed' },
];
const severities = ['critical', 'error', 'warning', 'info', 'none'];

function Filters({ search }: { search: alerts.AlertFilter }) {
  const navigate = useNavigate({ from: '/alerts' });
  const set = (name: keyof alerts.AlertFilter, value: string | null) =>
    void navigate({
      search: (before) => changed(before, name, value),
      replace: true,
    });
  return (
    <FilterBar
      label="Filter alerts"
      active={filterCount(search)}
      search={
        <SearchBox
          label="Search alerts"
          placeholder="Search name, summary, labels"
          value={search.q}
          onChange={(q) => set('q', q)}
        />
      }
    >
      <Select
        size="xs"
        w={150}
        aria-label="State"
        placeholder="Firing"
        data={states}
        value={search.state ?? null}
        onChange={(value) => set('state', value)}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear state' }}
      />
      <Select
        size="xs"
        w={130}
        aria-label="Severity"
        placeholder="Severity"
        data={severities.map((value) => ({
          value,
          label: value === 'none' ? 'No severity' : value,
        }))}
        value={search.severity ?? null}
        onChange={(value) => set('severity', value)}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear severity' }}
      />
      <Select
        size="xs"
        w={150}
        aria-label="Matched to an item"
        placeholder="Item or not"
        data={[
          { value: 'true', label: 'With an item' },
          { value: 'false', label: 'Without an item' },
        ]}
        value={search.matched ?? null}
        onChange={(value) => set('matched', value)}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear the choice' }}
      />
      <div style={{ width: 180 }}>
        <ItemSelect
          hideLabel
          size="xs"
          label="Item"
          placeholder="Item"
          value={search.item ?? null}
          onChange={(value) => set('item', value)}
        />
      </div>
      {Object.keys(search).length > 0 && (
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconX size={13} />}
          renderRoot={(props) => <Link to="/alerts" {...props} />}
        >
          Clear
        </Button>
      )}
    </FilterBar>
  );
}

const severity: Column<Alert> = {
  id: 'severity',
  header: 'Severity',
  track: '104px',
  sort: 'severity',
  cell: (row) => <SeverityMark severity={row.severity} />,
};
const title: Column<Alert> = {
  id: 'title',
  header: 'Alert',
  sort: 'name',
  track: 'minmax(0, 1fr)',
  cell: (row) => (
    <div className={styles.titleCell}>
      <Link to="/alerts/$id" params={{ id: row.id }} className={kit.rowLink} data-primary>
        {row.name}
      </Link>
      <span className={styles.sub}>
        <SilencedMark alert={row} /> {row.summary}
      </span>
    </div>
  ),
};
const state: Column<Alert> = {
  id: 'state',
  header: 'State',
  track: '124px',
  cell: (row) => <StateWord state={row.state} />,
};
const since: Column<Alert> = {
  id: 'since',
  header: 'Since',
  track: '104px',
  align: 'end',
  sort: 'starts_at',
  cell: (row) => <TimeAgo at={row.starts_at} />,
};

const matchedColumns: Column<Alert>[] = [
  severity,
  title,
  {
    id: 'item',
    header: 'Item',
    track: '180px',
    cell: (row) => (row.item ? <ItemLink item={row.item} /> : <RuleLink alert={row} />),
  },
  state,
  {
    id: 'incident',
    header: 'Incident',
    track: '84px',
    cell: (row) => <IncidentLink alert={row} />,
  },
  since,
];

const unmatchedColumns: Column<Alert>[] = [
  severity,
  title,
  { id: 'source', header: 'Source', track: '130px', cell: (row) => row.source },
  state,
  { id: 'rule', header: '', track: '110px', cell: (row) => <RuleLink alert={row} /> },
  since,
];

function IncidentLink({ alert }: { alert: Alert }) {
  if (!alert.incident) return <span className={styles.sub}>none</span>;
  return (
    <Link to="/incidents/$id" params={{ id: alert.incident }}>
      Open it
    </Link>
  );
}

function RuleLink({ alert }: { alert: Alert }) {
  return (
    <Link to="/settings/$part" params={{ part: 'rules' }} search={{ alert: alert.id }}>
      Make a rule
    </Link>
  );
}

function AlertCard({ row, unmatched }: { row: Alert; unmatched: boolean }) {
  return (
    <>
      <div className={styles.cardTop}>
        <SeverityMark severity={row.severity} />
        <StateWord state={row.state} />
        <TimeAgo at={row.starts_at} />
      </div>
      <Link to="/alerts/$id" params={{ id: row.id }} className={kit.rowLink} data-primary>
        {row.name}
      </Link>
      <div className={styles.sub}>
        <SilencedMark alert={row} /> {row.summary}
      </div>
      <div style={{ fontSize: 12 }}>
        {row.item && !unmatched ? <ItemLink item={row.item} /> : <RuleLink alert={row} />}
      </div>
    </>
  );
}
