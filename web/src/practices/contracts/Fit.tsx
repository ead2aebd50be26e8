import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { contracts, type Standing } from '../../api';
import { StateWord } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { EmptyState } from '../../ui/States';
import styles from './contracts.module.css';
import { bare, scoreTone, scoreWord } from './say';

/** Which products and services can be used as agreed right now. */
export function Fit({ q }: { q: string }) {
  const query = useQuery(contracts.standings());
  return (
    <div className={styles.surface}>
      <Loaded query={query} rows={6}>
        {(list) => {
          const text = q.toLowerCase();
          const rows = list.items
            .filter((row) => `${row.title} ${row.item}`.toLowerCase().includes(text))
            .sort((a, b) => Number(a.in_agreed_state) - Number(b.in_agreed_state));
          return rows.length === 0 ? (
            <EmptyState title="No product to judge">
              Describe products in the <Link to="/estate">estate</Link>, and what was promised of
              them in a contract.
            </EmptyState>
          ) : (
            <SimpleTable
              label="Fit for use now"
              rows={rows}
              rowKey={(row) => row.item}
              columns={[
                {
                  header: 'Product or service',
                  cell: (row) => <ItemLink item={row.item} title={row.title} />,
                },
                { header: 'Agreed state', cell: (row) => <InOrOut row={row} /> },
                { header: 'Health', cell: (row) => <HealthMark row={row} /> },
                { header: 'Why', cell: (row) => row.inputs[0]?.text ?? '–' },
                {
                  header: 'Contracts',
                  cell: (row) => row.contracts.map((name) => <Named key={name} name={name} />),
                },
              ]}
            />
          );
        }}
      </Loaded>
    </div>
  );
}

/** In or out of the agreed working state, and since when. */
export function InOrOut({ row }: { row: Standing }) {
  if (row.in_agreed_state) return <StateWord state="In" tone="good" />;
  return (
    <span className={styles.inline}>
      <StateWord state="Out" tone="bad" />
      {row.out_since && <TimeAgo at={row.out_since} />}
    </span>
  );
}

/** The health of a product in a word. */
export function HealthMark({ row }: { row: Standing }) {
  if (!row.score) return <StateWord state="Not known" tone="none" />;
  return <StateWord state={scoreWord[row.score]} tone={scoreTone[row.score]} />;
}

function Named({ name }: { name: string }) {
  return (
    <div>
      <Link to="/contracts/$name" params={{ name: bare(name) }}>
        {bare(name)}
      </Link>
    </div>
  );
}
