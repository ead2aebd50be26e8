import { Button, Select, Switch } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

import { objectives, type ObjectiveRow } from '../../api';
import { StateWord } from '../../kit/Badges';
import { type Column, DataTable } from '../../kit/DataTable';
import { changed } from '../../kit/filter';
import { ItemLink } from '../../kit/ItemLink';
import kit from '../../kit/kit.module.css';
import { Failure } from '../../kit/QueryState';
import { SearchBox } from '../../kit/SearchBox';
import { count } from '../../kit/words';
import { FilterBar } from '../../ui/FilterBar';
import { PageHead } from '../../ui/PageHead';
import { EmptyState, RowsSkeleton } from '../../ui/States';
import { BudgetBar } from './BudgetBar';
import { burn, percent, stateTone, windowText } from './figures';
import styles from './objectives.module.css';

/** What was promised, and how much of each error budget is left. */
export function ObjectiveList() {
  const search = useSearch({ from: '/app/objectives' });
  const navigate = useNavigate({ from: '/objectives' });
  const sort = search.sort ?? 'remaining';
  const query = useInfiniteQuery(
    objectives.list({
      sort,
      ...(search.state ? { state: search.state } : {}),
      ...(search.q ? { q: search.q } : {}),
      ...(search.item ? { item: search.item } : {}),
      ...(search.team ? { team: search.team } : {}),
      ...(search.burning ? { burning: search.burning } : {}),
    }),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const set = (name: 'state' | 'q' | 'burning', value: string | null) =>
    void navigate({ search: (before) => changed(before, name, value), replace: true });
  const filters = [search.state, search.burning, search.item, search.team].filter(Boolean).length;
  const narrowed = filters > 0 || Boolean(search.q);

  return (
    <>
      <PageHead
        title="Objectives"
        meta="What has to be good how often, and how much may still go wrong."
        actions={
          <Button
            renderRoot={(props) => (
              <Link to="/estate/new" search={{ kind: 'objective' }} {...props} />
            )}
            size="xs"
            variant="default"
          >
            New objective
          </Button>
        }
      />
      <FilterBar
        label="Filter objectives"
        active={filters}
        search={
          <SearchBox
            label="Search objectives"
            placeholder="Search objectives"
            value={search.q}
            onChange={(q) => set('q', q)}
          />
        }
      >
        <Select
          size="xs"
          aria-label="State of the budget"
          placeholder="Any state"
          clearable
          value={search.state ?? null}
          onChange={(state) => set('state', state)}
          data={['healthy', 'caution', 'slow', 'freeze', 'unknown']}
        />
        <Switch
          size="xs"
          label="Only those that burn"
          checked={search.burning === 'true'}
          onChange={(event) => set('burning', event.currentTarget.checked ? 'true' : null)}
        />
      </FilterBar>
      <div className={styles.surface}>
        {query.isError && rows.length === 0 ? (
          <div style={{ padding: 14 }}>
            <Failure error={query.error} retry={() => void query.refetch()} />
          </div>
        ) : query.isPending ? (
          <RowsSkeleton rows={6} />
        ) : rows.length === 0 ? (
          <EmptyState title={narrowed ? 'No objective matches' : 'Nothing is promised yet'}>
            {narrowed ? (
              'Loosen the filters.'
            ) : (
              <>
                An objective says how often something has to be good. Write one as a{' '}
                <Link to="/estate/new" search={{ kind: 'objective' }}>
                  resource of the estate
                </Link>
                , or take yours over with <code>operate import openslo</code>.
              </>
            )}
          </EmptyState>
        ) : (
          <DataTable
            label="Objectives"
            rows={rows}
            columns={columns}
            rowKey={(row) => row.name}
            card={(row) => <ObjectiveCard row={row} />}
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
          {count(query.data?.pages[0]?.total ?? rows.length, 'objective')}
        </p>
      )}
    </>
  );
}

function Named({ row }: { row: ObjectiveRow }) {
  return (
    <Link to="/objectives/$name" params={{ name: row.name }} className={kit.rowLink} data-primary>
      {row.title}
    </Link>
  );
}

const promise = (row: ObjectiveRow) => `${String(row.target)} % over ${windowText(row.window)}`;

function State({ row }: { row: ObjectiveRow }) {
  return (
    <div className={styles.badges}>
      <StateWord state={row.state} tone={stateTone[row.state]} />
      {row.burning && <StateWord state="burning" tone={row.burning === 'page' ? 'bad' : 'warn'} />}
    </div>
  );
}

const columns: Column<ObjectiveRow>[] = [
  {
    id: 'state',
    header: 'State',
    track: '170px',
    cell: (row) => <State row={row} />,
  },
  {
    id: 'name',
    header: 'Objective',
    track: 'minmax(0, 1fr)',
    sort: 'name',
    cell: (row) => (
      <div className={styles.titleCell}>
        <Named row={row} />
        <span className={styles.sub}>{row.note ?? promise(row)}</span>
      </div>
    ),
  },
  {
    id: 'remaining',
    header: 'Budget left',
    track: '170px',
    sort: 'remaining',
    cell: (row) => <BudgetBar row={row} />,
  },
  {
    id: 'burn',
    header: 'Burn',
    track: '70px',
    align: 'end',
    sort: 'burn',
    cell: (row) => burn(row.burn),
  },
  { id: 'sli', header: 'Now', track: '90px', align: 'end', cell: (row) => percent(row.sli) },
  {
    id: 'item',
    header: 'About',
    track: '170px',
    spare: true,
    cell: (row) => <ItemLink item={row.item} />,
  },
  {
    id: 'team',
    header: 'Team',
    track: '140px',
    spare: true,
    cell: (row) => (row.team ? <ItemLink item={row.team} /> : '–'),
  },
];

function ObjectiveCard({ row }: { row: ObjectiveRow }) {
  return (
    <>
      <div className={styles.cardTop}>
        <State row={row} />
        <span>{burn(row.burn)}</span>
      </div>
      <Named row={row} />
      <div className={styles.sub}>{row.note ?? promise(row)}</div>
      <BudgetBar row={row} />
    </>
  );
}
