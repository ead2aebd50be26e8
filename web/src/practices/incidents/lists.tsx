import { Anchor, Button } from '@mantine/core';
import { IconExternalLink, IconSquare, IconSquareCheck } from '@tabler/icons-react';

import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';
import { itemName, words } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './incidents.module.css';
import type { PartProps } from './part';
import { PlacedCommand } from './PlacedCommand';

/** What still has to be done. */
export function Tasks({ incident, send, can }: PartProps) {
  const { run, pending, problem, reload } = useSend(send);
  const tasks = incident.tasks;
  const done = tasks.filter((task) => task.done_at).length;
  return (
    <Panel
      title="Tasks"
      count={tasks.length > 0 ? `${done} of ${tasks.length} done` : undefined}
      actions={<PlacedCommand command={can('add_task')} send={send} />}
    >
      <Refusal problem={problem} reload={reload} />
      {tasks.length === 0 && <div className={styles.sub}>No task yet.</div>}
      <ul className={styles.tasks}>
        {tasks.map((task) => (
          <li key={task.id} data-done={Boolean(task.done_at)}>
            {task.done_at ? (
              <IconSquareCheck size={15} aria-label="done" style={{ flex: 'none' }} />
            ) : (
              <IconSquare size={15} aria-label="to do" style={{ flex: 'none' }} />
            )}
            <span style={{ flex: 1 }}>
              {task.title}
              {task.assignee ? ` · ${itemName(task.assignee)}` : ''}
            </span>
            {!task.done_at && can('finish_task') && (
              <Button
                size="compact-xs"
                variant="subtle"
                disabled={pending}
                onClick={() => void run({ command: 'finish_task', task: task.id })}
                aria-label={`Finish ${task.title}`}
              >
                Finish
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Runbooks, tickets and dashboards elsewhere. */
export function Links({ incident, send, can }: PartProps) {
  return (
    <Panel title="Links" actions={<PlacedCommand command={can('link')} send={send} />}>
      {incident.links.length === 0 && (
        <div className={styles.sub}>No runbook, ticket or dashboard linked.</div>
      )}
      <ul className={styles.tasks}>
        {incident.links.map((link) => (
          <li key={link.url}>
            <Anchor href={link.url} target="_blank" rel="noreferrer noopener" inherit>
              {link.title || link.url} <IconExternalLink size={12} aria-label="opens elsewhere" />
            </Anchor>
            <span className={styles.sub} style={{ textDecoration: 'none' }}>
              {words(link.kind)}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
