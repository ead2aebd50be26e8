import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { type AlertKey, type Companions as Pair, reports } from '../../api';
import { useSend } from '../../kit/command';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName } from '../../kit/words';
import { absolute } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './reports.module.css';
import { percent, type Time } from './Rules';

/** Rules on items that fire within minutes of each other again and again; people decide on them. */
export function Companions({ time, team }: { time: Time; team: string | undefined }) {
  const query = useQuery(reports.companions({ ...time, ...(team ? { team } : {}) }));
  return (
    <Panel title="Recur together" count={query.data?.items.length} flush>
      <Loaded query={query} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="Nothing recurs together in this period">
              Two rules stand here when they fire within 5 minutes of each other on 3 occasions or
              more, far more often than by chance.
            </EmptyState>
          ) : (
            <Table pairs={items} time={time} />
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
      rowKey={(pair) => `${name(pair.a)} ${name(pair.b)}`}
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
        { header: 'Decided', cell: (pair) => <Verdict pair={pair} /> },
        { header: '', align: 'end', cell: (pair) => <Decide pair={pair} /> },
      ]}
    />
  );
}

const name = (rule: AlertKey) => `${rule.name} ${rule.item ?? ''}`.trim();

function Key({ rule, time }: { rule: AlertKey; time: Time }) {
  const item = rule.item ? { item: rule.item } : {};
  return (
    <div>
      <Link
        to="/alerts/history"
        search={{ ...time, name: rule.name, source: rule.source, ...item }}
      >
        {rule.name}
      </Link>
      <div className={styles.sub}>{rule.item ? <ItemLink item={rule.item} /> : 'no item'}</div>
    </div>
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

function Verdict({ pair }: { pair: Pair }) {
  const { decision } = pair;
  if (!decision) return <span className={styles.sub}>not yet</span>;
  return (
    <div>
      {decision.verdict === 'together' ? 'One incident' : 'Kept apart'}
      <div className={styles.sub}>
        {actorName(decision.by)}, <TimeAgo at={decision.at} />
      </div>
    </div>
  );
}

function Decide({ pair }: { pair: Pair }) {
  const { run, pending, problem, reload } = useSend((verdict: 'together' | 'apart' | null) =>
    reports.decideCompanions({ a: pair.a, b: pair.b, verdict, note: '' }),
  );
  const both = `${name(pair.a)} and ${name(pair.b)}`;
  return (
    <div>
      <Group gap={4} justify="flex-end">
        {pair.allowed.includes('together') && (
          <Button
            size="compact-xs"
            loading={pending}
            aria-label={`Accept: ${both} are one incident`}
            onClick={() => void run('together')}
          >
            Accept
          </Button>
        )}
        {pair.allowed.includes('apart') && (
          <Button
            size="compact-xs"
            variant="default"
            disabled={pending}
            aria-label={`Reject: ${both} are kept apart`}
            onClick={() => void run('apart')}
          >
            Reject
          </Button>
        )}
        {pair.allowed.includes('take_back') && (
          <Button
            size="compact-xs"
            variant="default"
            loading={pending}
            aria-label={`Take back what was decided about ${both}`}
            onClick={() => void run(null)}
          >
            Take back
          </Button>
        )}
      </Group>
      <Refusal problem={problem} reload={reload} />
    </div>
  );
}
