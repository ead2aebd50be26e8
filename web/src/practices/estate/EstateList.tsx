import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback } from 'react';

import { estate, type EstateItem } from '../../api';
import { ItemStateMark } from '../../kit/Badges';
import { type Column, DataTable } from '../../kit/DataTable';
import { ItemLink, KindIcon, kindWord } from '../../kit/ItemLink';
import kit from '../../kit/kit.module.css';
import { Loaded } from '../../kit/QueryState';
import { itemKind, itemName, words } from '../../kit/words';
import { EmptyState } from '../../ui/States';
import styles from './estate.module.css';
import type { EstateSearch } from './EstatePage';

/** The estate as a list, with the kinds that are not on the map. */
export function EstateList({ search }: { search: EstateSearch }) {
  const query = useInfiniteQuery(
    estate.pagedItems({
      ...(search.kind ? { kind: search.kind } : {}),
      ...(search.q ? { q: search.q } : {}),
      ...(search.team ? { team: search.team } : {}),
      ...(search.department ? { department: search.department } : {}),
    }),
  );
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return (
    <div className={styles.surface}>
      <Loaded query={query} rows={10}>
        {(list) =>
          list.pages[0]?.total === 0 ? (
            <EmptyState title="No item matches">
              Loosen a filter, or <Link to="/estate/new">add the item</Link>.
            </EmptyState>
          ) : (
            <DataTable
              label="Items of the estate"
              rows={list.pages.flatMap((page) => page.items)}
              columns={columns}
              rowKey={(row) => row.item}
              card={ItemCard}
              more={more}
            />
          )
        }
      </Loaded>
    </div>
  );
}

function ItemTitle({ row }: { row: EstateItem }) {
  return (
    <Link
      to="/estate/$kind/$name"
      params={{ kind: itemKind(row.item), name: itemName(row.item) }}
      className={kit.rowLink}
      data-primary
    >
      {row.title || itemName(row.item)}
    </Link>
  );
}

const columns: Column<EstateItem>[] = [
  {
    id: 'title',
    header: 'Item',
    track: 'minmax(0, 1fr)',
    cell: (row) => (
      <div className={styles.titleCell}>
        <ItemTitle row={row} />
        <span className={styles.sub}>{itemName(row.item)}</span>
      </div>
    ),
  },
  {
    id: 'kind',
    header: 'Kind',
    track: '140px',
    cell: (row) => (
      <span className={kit.plain}>
        <KindIcon kind={itemKind(row.item)} />
        {kindWord(itemKind(row.item))}
      </span>
    ),
  },
  {
    id: 'team',
    header: 'Team',
    track: '140px',
    spare: true,
    cell: (row) => (row.team ? <ItemLink item={row.team} /> : null),
  },
  {
    id: 'criticality',
    header: 'Criticality',
    track: '120px',
    spare: true,
    cell: (row) => (row.criticality ? words(row.criticality) : null),
  },
  {
    id: 'state',
    header: 'State',
    track: '110px',
    cell: (row) => (row.state ? <ItemStateMark state={row.state} /> : null),
  },
  {
    id: 'kept',
    header: 'Kept in',
    track: '70px',
    spare: true,
    cell: (row) => (row.managed_by === 'file' ? 'files' : 'here'),
  },
];

function ItemCard(row: EstateItem) {
  return (
    <>
      <div className={styles.cardTop}>
        <span className={kit.plain}>
          <KindIcon kind={itemKind(row.item)} />
          {kindWord(itemKind(row.item))}
        </span>
        {row.state && <ItemStateMark state={row.state} />}
      </div>
      <ItemTitle row={row} />
      <div className={styles.sub}>
        {[
          row.team ? `team ${itemName(row.team)}` : '',
          row.criticality ? words(row.criticality) : '',
        ]
          .filter(Boolean)
          .join(' · ')}
      </div>
    </>
  );
}
