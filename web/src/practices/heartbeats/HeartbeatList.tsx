import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { type Heartbeat, heartbeats } from '../../api';
import { SeverityMark, StateWord, type Tone } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { severityWord } from '../../kit/words';
import { duration } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { HeartbeatForm } from './HeartbeatForm';
import styles from './heartbeats.module.css';
import { Commands } from './Commands';

/** In the address instead of a name: the form for a new one is open. */
const NEW = '+new';

/** What has to report from time to time, and whether it does. */
export function HeartbeatList() {
  const { name } = useSearch({ from: '/app/heartbeats' });
  const navigate = useNavigate({ from: '/heartbeats' });
  const query = useQuery(heartbeats.list());
  const show = (shown: string | null) =>
    void navigate({ search: shown === null ? {} : { name: shown }, replace: true });
  const edited = query.data?.items.find((each) => each.name === name);
  const add = (
    <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => show(NEW)}>
      New heartbeat
    </Button>
  );
  return (
    <>
      <PageHead
        title="Heartbeats"
        meta="Backups, cron jobs and monitoring itself report here. What stays away for longer than its interval and grace is missed: an alert fires until it reports again."
        actions={add}
      />
      <div className={styles.stack}>
        {name === NEW && <HeartbeatForm close={() => show(null)} />}
        {edited && (
          <HeartbeatForm
            key={`${edited.name} ${edited.version}`}
            edited={edited}
            close={() => show(null)}
          />
        )}
        <Panel title="Expected" flush>
          <Loaded query={query} rows={5}>
            {(found) =>
              found.items.length === 0 ? (
                <EmptyState
                  title="Nothing is expected to report"
                  action={name === NEW ? null : add}
                >
                  Make a heartbeat for each job whose silence nobody would notice, and let the job
                  call its address at the end.
                </EmptyState>
              ) : (
                <Table rows={found.items} edit={show} />
              )
            }
          </Loaded>
        </Panel>
      </div>
    </>
  );
}

const tones: Record<Heartbeat['stage'], Tone> = {
  waiting: 'none',
  beating: 'good',
  overdue: 'bad',
  paused: 'info',
  removed: 'none',
};

function Table({ rows, edit }: { rows: Heartbeat[]; edit: (name: string) => void }) {
  return (
    <SimpleTable
      label="Heartbeats"
      rows={rows}
      rowKey={(row) => row.id}
      columns={[
        {
          header: 'Name',
          cell: (row) => (
            <div>
              <b>{row.name}</b>
              {row.plan.description && <div className={styles.sub}>{row.plan.description}</div>}
              {row.plan.item && (
                <div className={styles.sub}>
                  <ItemLink item={row.plan.item} />
                </div>
              )}
            </div>
          ),
        },
        { header: 'State', cell: (row) => <StateWord state={row.stage} tone={tones[row.stage]} /> },
        {
          header: 'Last ping',
          cell: (row) => (row.heard_at ? <TimeAgo at={row.heard_at} /> : 'never'),
        },
        { header: 'Next due', cell: (row) => <Due row={row} /> },
        {
          header: 'Every',
          cell: (row) => (
            <div>
              {duration(row.plan.interval_seconds)}
              {(row.plan.grace_seconds ?? 0) > 0 && (
                <div className={styles.sub}>and {duration(row.plan.grace_seconds ?? 0)} grace</div>
              )}
            </div>
          ),
        },
        {
          header: 'When missed',
          cell: (row) => <Weight severity={row.plan.severity ?? 'error'} />,
        },
        { header: '', cell: (row) => <Commands row={row} edit={() => edit(row.name)} /> },
      ]}
    />
  );
}

function Due({ row }: { row: Heartbeat }) {
  if (row.overdue_since) {
    return (
      <span className={styles.overdue}>
        missed <TimeAgo at={row.overdue_since} />
      </span>
    );
  }
  if (row.deadline) return <TimeAgo at={row.deadline} />;
  return row.stage === 'paused' ? 'not waited for' : 'from its first ping on';
}

function Weight({ severity }: { severity: string }) {
  const known = Object.keys(severityWord).find((each) => each === severity);
  return known ? <SeverityMark severity={known as keyof typeof severityWord} /> : severity;
}
