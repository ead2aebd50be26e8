import { Button, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { type DiffLine, routing, type RoutingInForce } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './routing.module.css';

/** Every version with who made it and why; one of them with what it changed. */
export function History({ found }: { found: RoutingInForce }) {
  const { version } = useSearch({ from: '/app/alerts/routing' });
  const query = useQuery(routing.versions());
  const chosen = Number(version ?? found.version);
  return (
    <div className={styles.stack}>
      <Panel title="Versions" flush>
        <Loaded query={query} rows={4}>
          {({ items }) => (
            <SimpleTable
              label="Versions"
              rows={items}
              rowKey={(row) => String(row.version)}
              columns={[
                {
                  header: 'Version',
                  cell: (row) => (
                    <Link
                      to="/alerts/routing"
                      search={{ view: 'history', version: String(row.version) }}
                      aria-current={row.version === chosen ? 'true' : undefined}
                    >
                      Version {row.version}
                    </Link>
                  ),
                },
                { header: 'When', cell: (row) => <TimeAgo at={row.at} /> },
                { header: 'By', cell: (row) => actorName(row.actor) },
                {
                  header: 'Why',
                  cell: (row) =>
                    row.taken_back ? `${row.reason} (version ${row.taken_back} again)` : row.reason,
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      <Version key={chosen} version={chosen} found={found} />
    </div>
  );
}

function Version({ version, found }: { version: number; found: RoutingInForce }) {
  const query = useQuery(routing.version(version));
  return (
    <Panel title={`What version ${version} changed`}>
      <Loaded query={query} rows={6}>
        {(one) => (
          <>
            {one.secrets_changed.length > 0 && (
              <p className={styles.sub}>
                Another secret: <code>{one.secrets_changed.join(', ')}</code>
              </p>
            )}
            {one.diff.length + one.templates_diff.length + one.secrets_changed.length === 0 && (
              <p className={styles.sub}>Nothing that is shown here.</p>
            )}
            <Diff label="What changed in the text" lines={one.diff} />
            <Diff label="What changed in the templates" lines={one.templates_diff} />
            {found.may_change && version < found.version && (
              <TakeBack version={version} seen={found.version} />
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function TakeBack({ version, seen }: { version: number; seen: number }) {
  const navigate = useNavigate({ from: '/alerts/routing' });
  const [reason, setReason] = useState('');
  const { run, pending, problem, reload } = useSend(async () => {
    const saved = await routing.takeBack(version, reason, seen);
    const message = saved.changed
      ? `Version ${version} holds again, as version ${saved.version}`
      : 'Nothing is changed: what holds says the same';
    notifications.show({ message, color: 'teal' });
    await navigate({ search: { view: 'history' } });
  });
  return (
    <form
      className={styles.back}
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <TextInput
        label={`Reason to let version ${version} hold again`}
        description="It becomes a new version, with the secrets that it had."
        required
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button type="submit" mt="sm" variant="default" loading={pending}>
        Let it hold again
      </Button>
      <Refusal problem={problem} reload={reload} />
    </form>
  );
}

const signs = { same: ' ', added: '+', removed: '−', gap: '⋯' } as const;

function Diff({ label, lines }: { label: string; lines: DiffLine[] }) {
  if (lines.length === 0) return null;
  return (
    <pre className={styles.diff} tabIndex={0} aria-label={label}>
      {lines.map((line, index) => (
        <div key={index} className={styles[line.change]}>
          {signs[line.change]} {line.text}
        </div>
      ))}
    </pre>
  );
}
