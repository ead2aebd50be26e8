import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

import { type AlertHistory, alerts } from '../../api';
import { AlertViews } from '../../kit/AlertViews';
import { SeverityMark, StateWord } from '../../kit/Badges';
import { ClassCell, ClassInline } from '../../kit/ClassMark';
import { type Column, DataTable } from '../../kit/DataTable';
import { without } from '../../kit/filter';
import { ItemLink } from '../../kit/ItemLink';
import kit from '../../kit/kit.module.css';
import { Failure } from '../../kit/QueryState';
import { spanOf } from '../../kit/period';
import { TimeAgo } from '../../kit/TimeAgo';
import { count } from '../../kit/words';
import { absolute, duration, now } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { EmptyState, RowsSkeleton } from '../../ui/States';
import { Filters } from './Filters';
import styles from './history.module.css';
import { Legend, Strip } from './Strip';
import type { Span } from './spans';

/** The days that are shown when the address names no time. */
export const DAYS = 7;

/** Every alert that fired in a time, also closed ones, and what it went through. */
export function HistoryPage() {
  const search = useSearch({ from: '/app/alerts/history' });
  const navigate = useNavigate({ from: '/alerts/history' });
  const { days, from, to } = search;
  const time = useMemo(() => spanOf({ days, from, to }, DAYS), [days, from, to]);
  const filter = useMemo(() => ({ ...without(search, 'days'), ...time }), [search, time]);
  const query = useInfiniteQuery(alerts.history(filter));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const shown = useMemo(
    () => ({ from: Date.parse(time.from), to: Date.parse(time.to) }),
    [time.from, time.to],
  );
  const columns = useMemo(() => columnsOf(shown), [shown]);

  return (
    <>
      <PageHead
        title="History of alerts"
        above={<AlertViews />}
        meta={`${absolute(time.from)} to ${absolute(time.to)}`}
        actions={
          <Button
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            renderRoot={(props) => <a href={alerts.historyCsv(filter)} download {...props} />}
          >
            Export CSV
          </Button>
        }
      />
      <Filters />
      <div className={styles.surface}>
        {query.isError && rows.length === 0 ? (
          <div style={{ padding: 14 }}>
            <Failure error={query.error} retry={() => void query.refetch()} />
          </div>
        ) : query.isPending ? (
          <RowsSkeleton rows={8} />
        ) : rows.length === 0 ? (
          <EmptyState title="No alert fired so in this time">
            Widen the time, or loosen the filters. What was over long ago is no longer kept.
          </EmptyState>
        ) : (
          <DataTable
            label="History of alerts"
            rows={rows}
            columns={columns}
            rowKey={(row) => row.id}
            card={(row) => <HistoryCard row={row} shown={shown} />}
            sort={search.sort ?? '-began_at'}
            onSort={(sort) =>
              void navigate({ search: (before) => ({ ...before, sort }), replace: true })
            }
            more={more}
          />
        )}
      </div>
      {rows.length > 0 && (
        <div className={styles.status}>
          <span role="status">{count(query.data?.pages[0]?.total ?? rows.length, 'alert')}</span>
          <Legend />
        </div>
      )}
    </>
  );
}

function Name({ row }: { row: AlertHistory }) {
  return (
    <Link to="/alerts/$id" params={{ id: row.id }} className={kit.rowLink} data-primary>
      {row.name}
    </Link>
  );
}

/** How long the last firing lasted, so far if it goes on. */
function lasted(row: AlertHistory): string {
  const end = row.ended_at ? Date.parse(row.ended_at) : now();
  return duration((end - Date.parse(row.began_at)) / 1000);
}

function columnsOf(shown: Span): Column<AlertHistory>[] {
  return [
    {
      id: 'severity',
      header: 'Severity',
      track: '104px',
      sort: 'severity',
      cell: (row) => <SeverityMark severity={row.severity} />,
    },
    {
      id: 'name',
      header: 'Alert',
      track: 'minmax(0, 5fr)',
      sort: 'name',
      cell: (row) => (
        <div className={styles.titleCell}>
          <Name row={row} />
          <span className={styles.sub}>{row.summary}</span>
        </div>
      ),
    },
    {
      id: 'item',
      header: 'Item',
      track: 'minmax(0, 3fr)',
      spare: true,
      cell: (row) => (row.item ? <ItemLink item={row.item} /> : '–'),
    },
    {
      id: 'class',
      header: 'Class',
      track: '112px',
      spare: true,
      cell: (row) => <ClassCell alert={row.id} given={row.classification} />,
    },
    {
      id: 'strip',
      header: 'Over this time',
      track: 'minmax(0, 6fr)',
      cell: (row) => <Strip row={row} shown={shown} />,
    },
    {
      id: 'fired',
      header: 'Fired',
      track: '66px',
      align: 'end',
      sort: 'fired_count',
      cell: (row) => row.fired_count,
    },
    {
      id: 'looked',
      header: 'Looked at',
      track: '86px',
      spare: true,
      cell: (row) => (row.acknowledged ? 'yes' : <span className={styles.never}>never</span>),
    },
    {
      id: 'state',
      header: 'State now',
      track: '118px',
      cell: (row) => <StateWord state={row.state} />,
    },
    {
      id: 'began',
      header: 'Last fired',
      track: '128px',
      align: 'end',
      sort: 'began_at',
      cell: (row) => (
        <div className={styles.titleCell}>
          <TimeAgo at={row.began_at} />
          <span className={styles.sub}>for {lasted(row)}</span>
        </div>
      ),
    },
  ];
}

function HistoryCard({ row, shown }: { row: AlertHistory; shown: Span }) {
  return (
    <>
      <div className={styles.cardTop}>
        <SeverityMark severity={row.severity} />
        <StateWord state={row.state} />
        <TimeAgo at={row.began_at} />
      </div>
      <Name row={row} />
      <div className={styles.sub}>
        {count(row.fired_count, 'firing')}, {row.acknowledged ? 'looked at' : 'never looked at'},{' '}
        {row.item ?? 'no item'} · <ClassInline alert={row.id} given={row.classification} />
      </div>
      <Strip row={row} shown={shown} />
    </>
  );
}
