import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { type OutboxMessage, settings } from '../../api';
import { useSend } from '../../kit/command';
import { CommandDialog } from '../../kit/CommandDialog';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { words } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './settings.module.css';

/** Messages that could not be delivered after every retry. */
export function Outbox() {
  const query = useQuery(settings.deadLetters());
  return (
    <>
      <p className={styles.intro}>
        Mails and webhooks are tried again with growing pauses. What fails for good is listed here;
        mend the cause, then send it again, or put it away with a reason.
      </p>
      <Panel title="Undelivered messages" flush>
        <Loaded query={query} rows={3}>
          {(list) =>
            list.items.length === 0 ? (
              <EmptyState title="Everything was delivered">
                No message has run out of attempts.
              </EmptyState>
            ) : (
              <SimpleTable
                label="Undelivered messages"
                rows={list.items}
                rowKey={(row) => row.id}
                columns={[
                  {
                    header: 'To',
                    cell: (row) => `${words(row.channel)} ${row.target}`,
                  },
                  {
                    header: 'Why',
                    cell: (row) => `${row.detail} (${row.attempts} attempts)`,
                  },
                  {
                    header: 'Since',
                    cell: (row) => (row.created_at ? <TimeAgo at={row.created_at} /> : '–'),
                  },
                  {
                    header: '',
                    cell: (row) => (
                      <Group gap="xs">
                        <Retry message={row} />
                        <Dismiss message={row} />
                      </Group>
                    ),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}

function Retry({ message }: { message: OutboxMessage }) {
  const { run, pending, problem, reload } = useSend(() => settings.retryMessage(message.id));
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={pending}
        onClick={() => void run()}
        aria-label={`Send again to ${message.target}`}
      >
        Send again
      </Button>
      <Refusal problem={problem} reload={reload} />
    </>
  );
}

const dismissal = {
  command: 'dismiss',
  label: 'Put away',
  help: 'Nobody needs this message any more. The journal keeps who said so and why.',
  fields: [
    { name: 'reason', kind: 'longtext' as const, required: true, label: 'Reason', options: [] },
  ],
};

function Dismiss({ message }: { message: OutboxMessage }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        onClick={() => setAsking(true)}
        aria-label={`Put away the message to ${message.target}`}
      >
        Put away
      </Button>
      {asking && (
        <CommandDialog
          command={dismissal}
          send={(body) =>
            settings.dismissMessage(message.id, typeof body.reason === 'string' ? body.reason : '')
          }
          close={() => setAsking(false)}
        />
      )}
    </>
  );
}
