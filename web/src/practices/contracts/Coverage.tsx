import { Button, Group, Select } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';

import { contracts, type Coverage as Found, type CoverageRow } from '../../api';
import { changed } from '../../kit/filter';
import { ItemLink } from '../../kit/ItemLink';
import { ItemFilter } from '../../kit/narrow';
import { Failure } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { count, words } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import { EmptyState, RowsSkeleton } from '../../ui/States';
import styles from './contracts.module.css';
import { bare, percent } from './say';

/** What has an objective and a contract, and what nobody has promised or measures. */
export function Coverage({ q }: { q: string }) {
  const search = useSearch({ from: '/app/contracts' });
  const navigate = useNavigate({ from: '/contracts' });
  const set = (name: 'missing' | 'team' | 'sort', value: string | null) =>
    void navigate({ search: (before) => changed(before, name, value), replace: true });
  const filter = {
    ...(search.team ? { team: search.team } : {}),
    ...(search.missing ? { missing: search.missing } : {}),
    ...(search.sort ? { sort: search.sort } : {}),
    ...(q ? { q } : {}),
  };
  const query = useInfiniteQuery(contracts.coverage(filter));
  const found = query.data?.pages[0];
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={styles.stack}>
      <Group gap="sm" align="flex-end">
        <ItemFilter of="team" value={search.team} set={(team) => set('team', team)} />
        <Select
          size="xs"
          w={200}
          aria-label="What is missing"
          value={search.missing ?? 'all'}
          allowDeselect={false}
          onChange={(value) => set('missing', value === 'all' ? null : value)}
          data={[
            { value: 'all', label: 'All, also with both' },
            { value: 'any', label: 'Without one of both' },
            { value: 'objective', label: 'Without an objective' },
            { value: 'contract', label: 'Without a contract' },
          ]}
        />
      </Group>
      {query.isPending && <RowsSkeleton rows={8} />}
      {query.isError && !found && (
        <Failure error={query.error} retry={() => void query.refetch()} />
      )}
      {found && (
        <>
          <Shares found={found} />
          <Rows rows={rows} asked={found.asked} q={q} onSort={(sort) => set('sort', sort)} />
        </>
      )}
      {query.hasNextPage && (
        <div>
          <Button
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}

function Shares({ found }: { found: Found }) {
  const share = (with_it: number) =>
    found.total > 0 ? percent((100 * with_it) / found.total, 0) : '–';
  const tiles = [
    ['With an objective', found.with_objective],
    ['Covered by a contract', found.with_contract],
    ['With both', found.with_both],
    ['Observed', found.observed],
  ] as const;
  return (
    <dl className={styles.tiles}>
      {tiles.map(([name, value]) => (
        <div key={name} className={styles.tile}>
          <dt>{name}</dt>
          <dd>
            <span className={styles.big}>{share(value)}</span>
            <span className={styles.sub}>
              {value} of {count(found.total, 'service or product', 'services and products')}
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface RowsProps {
  rows: CoverageRow[];
  asked: number;
  q: string;
  onSort: (sort: string) => void;
}

function Rows({ rows, asked, q, onSort }: RowsProps) {
  const { sort } = useSearch({ from: '/app/contracts' });
  if (rows.length === 0) {
    return (
      <EmptyState title="Nothing is missing here">
        {q ? 'Loosen the search.' : 'Everything that was asked for has what it needs.'}
      </EmptyState>
    );
  }
  return (
    <Panel title="Services and products" count={asked} flush>
      <SimpleTable
        label="Services and products with what is promised and measured"
        rows={rows}
        rowKey={(row) => row.item}
        {...(sort === undefined ? {} : { sort })}
        onSort={onSort}
        columns={[
          {
            header: 'Item',
            sort: 'item',
            cell: (row) => <ItemLink item={row.item} title={row.title} />,
          },
          {
            header: 'Team',
            cell: (row) => (row.team ? <ItemLink item={row.team} /> : 'Nobody'),
          },
          {
            header: 'Criticality',
            sort: 'criticality',
            cell: (row) => words(row.criticality),
          },
          { header: 'Objectives', sort: 'objectives', cell: (row) => <Objectives row={row} /> },
          { header: 'Contracts', sort: 'contracts', cell: (row) => <Contracts row={row} /> },
          { header: 'Observed', cell: (row) => (row.observed ? 'Yes' : 'Not observed') },
        ]}
      />
    </Panel>
  );
}

function Objectives({ row }: { row: CoverageRow }) {
  if (row.objectives.length === 0) return <Add kind="objective" row={row} />;
  return (
    <div className={styles.inline}>
      {row.objectives.map((objective) => {
        const name = objective.replace(/^objective\//, '');
        return (
          <Link key={objective} to="/objectives/$name" params={{ name }}>
            {name}
          </Link>
        );
      })}
    </div>
  );
}

function Contracts({ row }: { row: CoverageRow }) {
  const named = [...row.contracts, ...row.contracts_above];
  if (named.length === 0) return <Add kind="servicecontract" row={row} />;
  return (
    <div className={styles.inline}>
      {named.map((contract) => (
        <span key={contract}>
          <Link to="/contracts/$name" params={{ name: bare(contract) }}>
            {bare(contract)}
          </Link>
          {row.contracts_above.includes(contract) && (
            <span className={styles.sub}> through what needs it</span>
          )}
        </span>
      ))}
    </div>
  );
}

function Add({ kind, row }: { kind: 'objective' | 'servicecontract'; row: CoverageRow }) {
  const what = kind === 'objective' ? 'an objective' : 'a contract';
  return (
    <span className={styles.inline}>
      None
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`Add ${what} for ${row.title}`}
        renderRoot={(props) => (
          <Link to="/estate/new" search={{ kind, item: row.item }} {...props} />
        )}
      >
        Add {what}
      </Button>
    </span>
  );
}
