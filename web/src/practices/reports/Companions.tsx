import { useQuery } from '@tanstack/react-query';

import { type Companions as Pair, reports } from '../../api';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { absolute } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { Decide, Key, keyName, Verdict } from './Deciding';
import { RecurringGroups } from './RecurringGroups';
import styles from './reports.module.css';
import { percent, type Time } from './Rules';

/** Rules on items that fire within minutes of each other again and again; people decide on them. */
export function Companions({ time, team }: { time: Time; team: string | undefined }) {
  const query = useQuery(reports.companions({ ...time, ...(team ? { team } : {}) }));
  const found = query.data && query.data.items.length + query.data.groups.length;
  return (
    <Panel title="Recur together" count={found} flush>
      <Loaded query={query} rows={3}>
        {({ items, groups }) =>
          items.length + groups.length === 0 ? (
            <EmptyState title="Nothing recurs together in this period">
              Two rules stand here when they fire within 5 minutes of each other on 3 occasions or
              more, far more often than by chance; three and more of which every two do are one
              group.
            </EmptyState>
          ) : (
            <>
              {groups.length > 0 && <RecurringGroups groups={groups} time={time} />}
              {items.length > 0 && <Table pairs={items} time={time} />}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Table({ pairs, time }: { pairs: Pair[]; time: Time }) {
  return (
    <SimpleTable
      label="Rules that recur together"
      rows={pairs}
      rowKey={(pair) => `${keyName(pair.a)} ${keyName(pair.b)}`}
      columns={[
        { header: 'The one', cell: (pair) => <Key rule={pair.a} time={time} /> },
        { header: 'The other', cell: (pair) => <Key rule={pair.b} time={time} /> },
        {
          header: 'Occasions',
          align: 'end',
          cell: (pair) => <Evidence pair={pair} time={time} />,
        },
        {
          header: 'Confidence',
          align: 'end',
          cell: (pair) => percent(pair.evidence?.confidence),
        },
        {
          header: 'Against chance',
          align: 'end',
          cell: (pair) =>
            pair.evidence
              ? `× ${pair.evidence.lift.toLocaleString('en-GB', { maximumFractionDigits: 0 })}`
              : '–',
        },
        { header: 'Decided', cell: (pair) => <Verdict decision={pair.decision} /> },
        {
          header: '',
          align: 'end',
          cell: (pair) => (
            <Decide
              allowed={pair.allowed}
              about={`${keyName(pair.a)} and ${keyName(pair.b)}`}
              send={(verdict) =>
                reports.decideCompanions({ a: pair.a, b: pair.b, verdict, note: '' })
              }
            />
          ),
        },
      ]}
    />
  );
}

/** How often they met, and when last; the times open on demand. */
function Evidence({ pair, time }: { pair: Pair; time: Time }) {
  const { evidence } = pair;
  if (!evidence) return <span className={styles.sub}>none since {absolute(time.from)}</span>;
  return (
    <details className={styles.evidence}>
      <summary>
        {evidence.support}{' '}
        <span className={styles.sub}>
          of {evidence.fired_a} and {evidence.fired_b} firings
        </span>
      </summary>
      <ul>
        {evidence.met_at.map((at) => (
          <li key={at}>{absolute(at)}</li>
        ))}
      </ul>
    </details>
  );
}
