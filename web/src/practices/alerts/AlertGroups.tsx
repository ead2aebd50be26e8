import { useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';

import { type AlertGroup, alerts } from '../../api';
import { DataTable } from '../../kit/DataTable';
import { Failure } from '../../kit/QueryState';
import { count } from '../../kit/words';
import { RowsSkeleton } from '../../ui/States';
import type { AlertSearch } from './AlertFilters';
import styles from './alerts.module.css';
import { GroupCard, groupColumns, type Row } from './groupColumns';
import { ManyBar } from './ManyBar';
import { Nothing } from './Nothing';
import { usePicking } from './Pick';

/** Alerts that are shown of an open group; the rest is a click away. */
const SHOWN = 20;

interface Props {
  by: string;
  filter: alerts.AlertFilter;
  search: AlertSearch;
}

/** Alerts by what they have in common, the worst first; each group opens into its alerts. */
export function AlertGroups({ by, filter, search }: Props) {
  const query = useInfiniteQuery(alerts.groups(by, { ...filter, sort: '' }));
  const groups = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const picking = usePicking();
  const opened = usePicking();
  const rows = useRows(groups, opened.picked, filter);
  const columns = useMemo(
    () => groupColumns({ by, search, picking, opened }),
    [by, search, picking, opened],
  );
  const first = query.data?.pages[0];
  const ticked = groups.filter((group) => picking.picked.has(group.value));
  return (
    <>
      {groups.length > 0 && (
        <ManyBar
          chosen={{ ids: [], filters: ticked.map((group) => ({ ...filter, ...group.filter })) }}
          word={`${count(ticked.length, 'group')} of ${count(
            ticked.reduce((sum, group) => sum + group.count, 0),
            'alert',
          )}`}
          filter={filter}
          total={first?.all.count ?? 0}
          clear={picking.clear}
        />
      )}
      <div className={styles.surface}>
        {query.isError && groups.length === 0 ? (
          <div style={{ padding: 14 }}>
            <Failure error={query.error} retry={() => void query.refetch()} />
          </div>
        ) : query.isPending ? (
          <RowsSkeleton rows={10} />
        ) : groups.length === 0 ? (
          <Nothing search={search} />
        ) : (
          <DataTable
            label="Groups of alerts"
            rows={rows}
            columns={columns}
            rowKey={(row) => row.key}
            card={(row) => <GroupCard row={row} around={{ by, search, picking, opened }} />}
            more={more}
          />
        )}
      </div>
      {first && groups.length > 0 && (
        <p className={styles.status} role="status">
          {count(first.total, 'group')} of {count(first.all.count, 'alert')}
          {isFetchingNextPage ? ' · loading more' : ''}
        </p>
      )}
    </>
  );
}

/** Groups with the alerts of those that are open below them. */
function useRows(
  groups: AlertGroup[],
  opened: ReadonlySet<string>,
  filter: alerts.AlertFilter,
): Row[] {
  const open = groups.filter((group) => opened.has(group.value));
  const found = useQueries({
    queries: open.map((group) => alerts.some({ ...filter, ...group.filter }, SHOWN)),
  });
  return groups.flatMap((group): Row[] => {
    const place = open.indexOf(group);
    const inside = place < 0 ? [] : (found[place]?.data?.items ?? []);
    const rest = inside.length > 0 && group.count > inside.length;
    return [
      { key: `group ${group.value}`, group },
      ...inside.map((alert) => ({ key: `${group.value} ${alert.id}`, alert })),
      ...(rest ? [{ key: `rest ${group.value}`, rest: group }] : []),
    ];
  });
}
