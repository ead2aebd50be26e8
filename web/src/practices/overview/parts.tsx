import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';

import type { Overview, ProductState, UseCaseState } from '../../api';
import { ItemStateMark } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import { Timeline } from '../../kit/Timeline';
import { count, itemName } from '../../kit/words';
import { Fold } from '../../ui/Fold';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { duration } from '../../ui/clock';
import { type About, aboutOf } from './about';
import styles from './overview.module.css';

const rank = { down: 0, degraded: 1, unknown: 2, up: 3 };

/** Products or use cases with their state, the worst first. */
export function States({
  title,
  rows,
  kind,
}: {
  title: string;
  rows: (ProductState | UseCaseState)[];
  kind: string;
}) {
  const sorted = [...rows].sort(
    (a, b) => rank[a.state] - rank[b.state] || Number(critical(b)) - Number(critical(a)),
  );
  const up = rows.filter((row) => row.state === 'up').length;
  return (
    <Panel title={title} count={rows.length > 0 ? `${up} of ${rows.length} up` : undefined} flush>
      {rows.length === 0 ? (
        <EmptyState title={`No ${title.toLowerCase()} yet`}>
          Describe them in the{' '}
          <Link to="/estate/new" search={{ kind }}>
            estate
          </Link>{' '}
          or apply a folder of files with <code>operate apply</code>.
        </EmptyState>
      ) : (
        <ul className={styles.rows}>
          {sorted.map((row) => (
            <li key={row.item} className={styles.line}>
              <span>
                <ItemLink item={row.item} title={row.title} />
                {critical(row) && <span className={styles.under}>mission-critical</span>}
              </span>
              {row.incidents > 0 && (
                <Link to="/incidents" search={{ item: row.item }} className={styles.dim}>
                  {count(row.incidents, 'incident')}
                </Link>
              )}
              <ItemStateMark state={row.state} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function critical(row: ProductState | UseCaseState): boolean {
  return 'mission_critical' in row && row.mission_critical;
}

/** Alerts and paging in four numbers. */
export function Health({ data }: { data: Overview }) {
  return (
    <Panel title="Alerts and paging" flush>
      <div className={styles.health}>
        <Link to="/alerts" search={{ state: 'open' }} className={styles.healthCell}>
          <div className={styles.healthNumber}>{data.alerts.open}</div>
          <div className={styles.hint}>alerts open</div>
        </Link>
        <Link to="/alerts" search={{ matched: 'false' }} className={styles.healthCell}>
          <div className={styles.healthNumber} data-tone={data.alerts.unmatched > 0 ? 'warn' : ''}>
            {data.alerts.unmatched}
          </div>
          <div className={styles.hint}>without an item</div>
        </Link>
        <Link to="/incidents" search={{ phase: 'detect' }} className={styles.healthCell}>
          <div className={styles.healthNumber} data-tone={data.paging.ringing > 0 ? 'warn' : ''}>
            {data.paging.ringing}
          </div>
          <div className={styles.hint}>
            pages ringing
            {data.paging.exhausted ? `, ${data.paging.exhausted} unanswered` : ''}
          </div>
        </Link>
        <Link to="/settings/$part" params={{ part: 'outbox' }} className={styles.healthCell}>
          <div
            className={styles.healthNumber}
            data-tone={data.paging.dead_letters > 0 ? 'bad' : ''}
          >
            {data.paging.dead_letters}
          </div>
          <div className={styles.hint}>messages undelivered</div>
        </Link>
      </div>
      {data.paging.mail_configured ? null : (
        <p className={styles.notice} role="note">
          No mail server is set, so no page by mail reaches anybody. Set <code>smtp.host</code> in
          the configuration of the server.
        </p>
      )}
      {data.paging.last_resort ? null : (
        <p className={styles.notice} role="note">
          Nobody is called for alerts without an item, or when nobody answers. Name an{' '}
          <Link to="/settings/$part" params={{ part: 'policy' }}>
            escalation policy of last resort
          </Link>
          .
        </p>
      )}
    </Panel>
  );
}

/** Who is called, in which order, by each escalation policy. */
export function OnCall({ policies }: { policies: Overview['on_call'] }) {
  return (
    <Panel title="Who is called" flush>
      {policies.length === 0 ? (
        <EmptyState title="Nobody is called">
          Add an{' '}
          <Link to="/settings/$part" params={{ part: 'escalation' }}>
            escalation policy
          </Link>
          , so that somebody hears of the next incident.
        </EmptyState>
      ) : (
        policies.map((policy) => (
          <div key={policy.policy} className={styles.policy}>
            <div className={styles.dim}>
              <ItemLink item={policy.policy} title={policy.title || itemName(policy.policy)} />
            </div>
            {policy.contacts.map((contact, index) => (
              <div key={`${contact.person}-${index}`} className={styles.person}>
                <ItemLink item={contact.person} title={contact.name} />
                <span className={styles.dim}>
                  {contact.after_seconds === 0
                    ? 'at once'
                    : `after ${duration(contact.after_seconds)}`}
                </span>
              </div>
            ))}
          </div>
        ))
      )}
    </Panel>
  );
}

/** So that the clocks and calls below it are near where there is one column. */
const LATEST = 8;

/** The last lines of the journal. */
export function Activity({ data }: { data: Overview }) {
  const about = useMemo(() => aboutOf(data), [data]);
  return (
    <Panel title="Activity">
      {data.activity.length === 0 ? (
        <EmptyState title="Nothing has happened yet">
          Every change on this server will be listed here, with who made it.
        </EmptyState>
      ) : (
        <Fold
          items={data.activity}
          first={LATEST}
          more={`Show the last ${data.activity.length}`}
          less={`Show the last ${LATEST}`}
        >
          {(entries) => <Timeline entries={entries} about={(entry) => subject(about(entry))} />}
        </Fold>
      )}
    </Panel>
  );
}

function subject(about: About | null): ReactNode {
  if (about === null) return null;
  const { kind, id, name } = about;
  switch (kind) {
    case 'incident':
      return (
        <Link to="/incidents/$id" params={{ id }}>
          {name ?? 'Open the incident'}
        </Link>
      );
    case 'alert':
      return (
        <Link to="/alerts/$id" params={{ id }}>
          {name ?? 'Open the alert'}
        </Link>
      );
    case 'item':
      return <ItemLink item={id} />;
  }
}
