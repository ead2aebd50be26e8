import { Link } from '@tanstack/react-router';

import type { LoadReport } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { count, words } from '../../kit/words';
import { duration } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './reports.module.css';

/** How much of what people were called to left nothing better behind. */
export function ToilPanel({ toil }: { toil: LoadReport['toil'] }) {
  return (
    <Panel title="Toil">
      {toil.share === null || toil.share === undefined ? (
        <p className={styles.note}>
          No incident that people were called to has ended in this time.
        </p>
      ) : (
        <>
          <p>
            <b className={toil.warning ? styles.warned : undefined}>
              {Math.round(toil.share * 100)} %
            </b>{' '}
            of {count(toil.ended, 'incident')} that people were called to ended without the cause
            being removed: {toil.by_code.map((one) => `${words(one.code)} ${one.count}`).join(', ')}
            .
          </p>
          {toil.warning && <p className={styles.warned}>{toil.warning}</p>}
        </>
      )}
    </Panel>
  );
}

/** What is open now, by team, and how old it is. */
export function BacklogPanel({ backlog }: { backlog: LoadReport['backlog'] }) {
  return (
    <Panel title="What waits" flush>
      {backlog.length === 0 ? (
        <EmptyState title="Nothing waits">
          No incident in which something failed is open.
        </EmptyState>
      ) : (
        <SimpleTable
          label="Open incidents by team"
          rows={backlog}
          rowKey={(team) => team.team ?? 'nobody'}
          columns={[
            {
              header: 'Team',
              cell: (team) => (team.team ? <ItemLink item={team.team} /> : 'Nobody'),
            },
            {
              header: 'Open',
              align: 'end',
              cell: (team) => (
                <Link
                  to="/incidents"
                  search={team.team ? { team: team.team } : { warning: 'unassigned' }}
                >
                  {team.open}
                </Link>
              ),
            },
            {
              header: 'Median age',
              align: 'end',
              cell: (team) => duration(team.age_median_seconds),
            },
            {
              header: 'Oldest',
              cell: (team) => (
                <span>
                  <Link to="/incidents/$id" params={{ id: team.oldest.incident }}>
                    #{team.oldest.number} {team.oldest.title}
                  </Link>
                  , <TimeAgo at={team.oldest.opened_at} />
                </span>
              ),
            },
            {
              header: 'More than enough',
              cell: (team) =>
                team.warning ? <span className={styles.warned}>{team.warning}</span> : '–',
            },
          ]}
        />
      )}
    </Panel>
  );
}
