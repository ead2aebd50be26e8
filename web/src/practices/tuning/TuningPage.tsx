import { Anchor, Breadcrumbs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useCallback } from 'react';

import { tuning, type TuningTask } from '../../api';
import { StateWord } from '../../kit/Badges';
import type { CommandBody } from '../../kit/command';
import { CommandBar } from '../../kit/CommandBar';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { Timeline } from '../../kit/Timeline';
import { actorName, count } from '../../kit/words';
import { Facts } from '../../ui/Facts';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { NoiseMark } from './NoiseMark';
import { remedyWord, stageTone } from './stages';
import styles from './tuning.module.css';

/** One rule that people find useless: who says so and why, and what was done. */
export function TuningPage() {
  const { id } = useParams({ from: '/app/tuning/$id' });
  const query = useQuery(tuning.one(id));
  return (
    <Loaded query={query} rows={8}>
      {(task) => <Content task={task} />}
    </Loaded>
  );
}

function Content({ task }: { task: TuningTask }) {
  const { id, version } = task;
  const send = useCallback((body: CommandBody) => tuning.command(id, version, body), [id, version]);
  const timeline = useQuery(tuning.timeline(id));
  return (
    <>
      <PageHead
        title={task.name}
        documentTitle={`Tuning of ${task.name}`}
        above={
          <Breadcrumbs separator="/" fz="sm" mb={2} component="nav" aria-label="Where this is">
            <Anchor component={Link} to="/tuning" inherit>
              Tuning
            </Anchor>
            <span>{task.source}</span>
          </Breadcrumbs>
        }
        meta={
          <div className={styles.badges}>
            <StateWord state={task.stage} tone={stageTone[task.stage]} />
            {task.noisy && <NoiseMark />}
            <span>{count(task.votes.length, 'vote')}</span>
          </div>
        }
        actions={<CommandBar allowed={task.allowed} send={send} />}
      />
      <div className={styles.columns}>
        <div className={styles.stack}>
          <Panel title="Votes" flush>
            {task.votes.length === 0 ? (
              <EmptyState title="Every vote was taken back">
                Nobody asks for a change now.
              </EmptyState>
            ) : (
              <SimpleTable
                label="Votes"
                rows={task.votes}
                rowKey={(vote) => `${vote.alert} ${vote.by}`}
                columns={[
                  {
                    header: 'Why it was of no use',
                    cell: (vote) => (
                      <Link to="/alerts/$id" params={{ id: vote.alert }}>
                        {vote.reason}
                      </Link>
                    ),
                  },
                  { header: 'By', cell: (vote) => actorName(vote.by) },
                  { header: 'When', align: 'end', cell: (vote) => <TimeAgo at={vote.at} /> },
                ]}
              />
            )}
          </Panel>
          <Panel title="Timeline">
            <Loaded query={timeline} rows={3}>
              {(entries) => <Timeline entries={[...entries.items].sort((a, b) => b.seq - a.seq)} />}
            </Loaded>
          </Panel>
        </div>
        <div className={styles.stack}>
          <Panel title="The rule">
            <Facts
              rows={[
                ['Alert', task.name],
                ['Source', task.source],
                ['Opened', <TimeAgo key="t" at={task.opened_at} below />],
                ['With', task.worked_on_by ? actorName(task.worked_on_by) : null],
                ['Done', task.remedy ? remedyWord[task.remedy] : null],
                ['Note', task.note],
                ['Ended', task.ended_at ? <TimeAgo key="e" at={task.ended_at} below /> : null],
                ['Rounds', task.rounds > 1 ? String(task.rounds) : null],
                ['Votes ever', task.rounds > 1 ? String(task.votes_total) : null],
              ]}
            />
          </Panel>
        </div>
      </div>
    </>
  );
}
