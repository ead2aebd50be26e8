import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo } from 'react';

import { alerts, overview } from '../../api';
import { AlertViews } from '../../kit/AlertViews';
import { DataTable } from '../../kit/DataTable';
import { Failure } from '../../kit/QueryState';
import { count } from '../../kit/words';
import { PageHead } from '../../ui/PageHead';
import { RowsSkeleton } from '../../ui/States';
import { AlertFilters, type AlertSearch } from './AlertFilters';
import { AlertGroups } from './AlertGroups';
import { AlertCard, matchedColumns, pickColumn, unmatchedColumns } from './columns';
import { ManyBar } from './ManyBar';
import { Nothing } from './Nothing';
import { usePicking } from './Pick';
import styles from './alerts.module.css';

/** Every alert with its state, the item it was matched to, and the incident it belongs to. */
export function AlertList() {
  const search: AlertSearch = useSearch({ from: '/app/alerts' });
  const unmatched = search.matched === 'false';
  const { by, ...rest } = search;
  const filter = {
    ...rest,
    state: search.state === 'all' ? '' : (search.state ?? 'open,acknowledged'),
  };
  const closed = search.state === 'closed';
  return (
    <>
      <PageHead title={unmatched ? 'Alerts without an item' : 'Alerts'} above={<AlertViews />} />
      {!unmatched && <UnmatchedNotice />}
      <AlertFilters search={search} />
      {by && !closed ? (
        <AlertGroups key={JSON.stringify(search)} by={by} filter={filter} search={search} />
      ) : (
        <Rows key={JSON.stringify(search)} filter={filter} search={search} />
      )}
    </>
  );
}

interface RowsProps {
  filter: alerts.AlertFilter;
  search: AlertSearch;
}

function Rows({ filter, search }: RowsProps) {
  const navigate = useNavigate({ from: '/alerts' });
  const unmatched = search.matched === 'false';
  // Closed alerts come newest first: they are over, and there may be a million of them.
  const closed = search.state === 'closed';
  const sort = closed ? undefined : (search.sort ?? '-severity');
  const query = useInfiniteQuery(alerts.list({ ...filter, sort: sort ?? '' }));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const looking = rows.length === 0 && hasNextPage;
  useEffect(() => {
    if (looking) more();
  }, [looking, more]);
  const total = query.data?.pages[0]?.total;
  const picking = usePicking();
  const columns = useMemo(() => {
    const shown = unmatched ? unmatchedColumns : matchedColumns;
    return closed ? shown : [pickColumn(picking), ...shown];
  }, [unmatched, closed, picking]);

  return (
    <>
      {rows.length > 0 && !closed && (
        <ManyBar
          chosen={{ ids: [...picking.picked], filters: [] }}
          word={count(picking.picked.size, 'alert')}
          filter={filter}
          total={total ?? rows.length}
          clear={picking.clear}
        />
      )}
      <div className={styles.surface}>
        {query.isError && rows.length === 0 ? (
          <div style={{ padding: 14 }}>
            <Failure error={query.error} retry={() => void query.refetch()} />
          </div>
        ) : query.isPending || looking ? (
          <RowsSkeleton rows={10} />
        ) : rows.length === 0 ? (
          <Nothing search={search} />
        ) : (
          <DataTable
            label={unmatched ? 'Alerts without an item' : 'Alerts'}
            rows={rows}
            columns={columns}
            rowKey={(row) => row.id}
            card={(row) => (
              <AlertCard row={row} unmatched={unmatched} {...(closed ? {} : { picking })} />
            )}
            sort={sort}
            {...(closed
              ? {}
              : {
                  onSort: (next: string) =>
                    void navigate({
                      search: (before) => ({ ...before, sort: next }),
                      replace: true,
                    }),
                })}
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
