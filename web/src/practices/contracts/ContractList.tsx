import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';

import { type ContractRow, contracts } from '../../api';
import { type Column, DataTable } from '../../kit/DataTable';
import { changed } from '../../kit/filter';
import kit from '../../kit/kit.module.css';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { SearchBox } from '../../kit/SearchBox';
import { count } from '../../kit/words';
import { FilterBar } from '../../ui/FilterBar';
import { PageHead } from '../../ui/PageHead';
import { EmptyState } from '../../ui/States';
import styles from './contracts.module.css';
import { Coverage } from './Coverage';
import { Fit } from './Fit';
import { AllowanceBar, NowMark, Trend } from './Marks';
import { bare, percent } from './say';

/** What was promised to whom, how it stands now, and how it ended in the past. */
export function ContractList() {
  const search = useSearch({ from: '/app/contracts' });
  const navigate = useNavigate({ from: '/contracts' });
  const view = search.view ?? 'contracts';
  const set = (name: 'view' | 'q', value: string | null) =>
    void navigate({ search: (before) => changed(before, name, value), replace: true });
  return (
    <>
      <PageHead
        title="Contracts"
        meta="What was promised, how it stands, and what was kept. Percentages are of agreed service time."
      />
      <FilterBar
        label="Filter contracts"
        active={0}
        search={
          <SearchBox
            label="Search contracts"
            placeholder="Search contracts"
            value={search.q}
            onChange={(q) => set('q', q)}
          />
        }
        end={
          <SegmentedControl
            size="xs"
            aria-label="What to show"
            value={view}
            onChange={(value) => set('view', value === 'contracts' ? null : value)}
            data={[
              { value: 'contracts', label: 'Contracts' },
              { value: 'fit', label: 'Fit for use now' },
              { value: 'coverage', label: 'What has none' },
            ]}
          />
        }
      />
      {view === 'fit' && <Fit q={search.q ?? ''} />}
      {view === 'coverage' && <Coverage q={search.q ?? ''} />}
      {view === 'contracts' && <Rows q={search.q ?? ''} />}
    </>
  );
}

function Rows({ q }: { q: string }) {
  const query = useQuery(contracts.list());
  return (
    <div className={styles.surface}>
      <Loaded query={query} rows={6}>
        {(list) => {
          const text = q.toLowerCase();
          const rows = list.items.filter((row) =>
            `${row.title} ${row.contract} ${row.consumer} ${row.scope.join(' ')}`
              .toLowerCase()
              .includes(text),
          );
          return rows.length === 0 ? (
            <Nothing any={list.items.length > 0} />
          ) : (
            <Table rows={rows} />
          );
        }}
      </Loaded>
    </div>
  );
}

function Nothing({ any }: { any: boolean }) {
  return any ? (
    <EmptyState title="No contract matches">Loosen the search.</EmptyState>
  ) : (
    <EmptyState title="Nothing was promised yet">
      A contract says who promises what to whom, in which hours.{' '}
      <Link to="/estate/new" search={{ kind: 'ServiceContract' }}>
        Write the first one
      </Link>
      , or keep them in files and <code>operate apply</code> them.
    </EmptyState>
  );
}

function Table({ rows }: { rows: ContractRow[] }) {
  return (
    <>
      <DataTable
        label="Contracts"
        rows={rows}
        columns={columns}
        rowKey={(row) => row.contract}
        card={(row) => <Card row={row} />}
      />
      <p className={styles.status} role="status">
        {count(rows.length, 'contract')}
      </p>
    </>
  );
}

function Name({ row }: { row: ContractRow }) {
  return (
    <Link
      to="/contracts/$name"
      params={{ name: bare(row.contract) }}
      className={kit.rowLink}
      data-primary
    >
      {row.title}
    </Link>
  );
}

const columns: Column<ContractRow>[] = [
  {
    id: 'title',
    header: 'Contract',
    track: 'minmax(0, 1.4fr)',
    cell: (row) => (
      <div className={styles.titleCell}>
        <Name row={row} />
        <span className={styles.sub}>{row.promise}</span>
      </div>
    ),
  },
  {
    id: 'consumer',
    header: 'For',
    track: 'minmax(0, 0.8fr)',
    cell: (row) => <ItemLink item={row.consumer} />,
  },
  { id: 'now', header: 'Now', track: '110px', cell: (row) => <NowMark row={row} /> },
  {
    id: 'reached',
    header: 'Reached',
    track: '92px',
    spare: true,
    align: 'end',
    cell: (row) => percent(row.now?.measured_percent),
  },
  {
    id: 'left',
    header: 'Allowance left',
    track: '210px',
    cell: (row) => (row.now ? <AllowanceBar bar={row.now} /> : '–'),
  },
  {
    id: 'trend',
    header: 'Periods before',
    track: '150px',
    spare: true,
    cell: (row) => <Trend bars={row.trend} />,
  },
];

function Card({ row }: { row: ContractRow }) {
  return (
    <>
      <div className={styles.cardTop}>
        <NowMark row={row} />
        <span className={styles.sub}>{row.promise}</span>
      </div>
      <Name row={row} />
      {row.now && <AllowanceBar bar={row.now} />}
    </>
  );
}
