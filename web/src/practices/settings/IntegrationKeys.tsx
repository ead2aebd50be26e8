import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';

import {
  CLOUDEVENTS_PATH,
  EVENTS_PATH,
  type IssuedKey,
  type KeyKind,
  settings,
  webhooks,
} from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { CopyBox } from '../../ui/CopyBox';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { RemoveButton } from './RemoveButton';
import { Secret } from './Secret';
import { WebhookSecret } from './WebhookSecret';
import styles from './settings.module.css';

const kinds: { value: KeyKind; label: string }[] = [
  { value: 'alertmanager', label: 'Prometheus or Alertmanager' },
  { value: 'events', label: 'Anything that posts JSON' },
  { value: 'webhook', label: 'JSON of any shape, mapped by rules' },
  { value: 'cloudevents', label: 'CloudEvents' },
];

/** Sources of alerts: one key for each, with what to paste on the other side. */
export function IntegrationKeys() {
  const query = useQuery(settings.integrationKeys());
  const [made, setMade] = useState<IssuedKey | null>(null);
  return (
    <>
      <p className={styles.intro}>
        Each source of alerts gets a key of its own: the journal then names the source, and one key
        can be revoked without the others.
      </p>
      <Panel title="Connect a source">
        <KeyForm made={setMade} />
        {made?.secret && (
          <Stack gap="sm" mt="sm">
            <Secret name={made.name} secret={made.secret} />
            <Instructions name={made.name} kind={made.kind} secret={made.secret} />
          </Stack>
        )}
      </Panel>
      <Panel title="Integration keys" flush>
        <Loaded query={query} rows={3}>
          {(list) =>
            list.items.length === 0 ? (
              <EmptyState title="No source is connected">
                Make a key above, then paste the configuration into the source.
              </EmptyState>
            ) : (
              <SimpleTable
                label="Integration keys"
                rows={list.items}
                rowKey={(row) => row.name}
                columns={[
                  { header: 'Name', cell: (row) => <b>{row.name}</b> },
                  {
                    header: 'Kind',
                    cell: (row) => kinds.find((kind) => kind.value === row.kind)?.label ?? row.kind,
                  },
                  {
                    header: 'Made',
                    cell: (row) => (row.created_at ? <TimeAgo at={row.created_at} /> : '–'),
                  },
                  {
                    header: 'Last used',
                    cell: (row) => (row.used_at ? <TimeAgo at={row.used_at} /> : 'never'),
                  },
                  {
                    header: '',
                    cell: (row) => (
                      <div className={styles.actions}>
                        <RemoveButton
                          name={row.name}
                          word="Revoke"
                          remove={() => settings.removeIntegrationKey(row.name)}
                        />
                      </div>
                    ),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
      <WebhookSecret />
      {!made?.secret && (
        <Panel title="How to send alerts">
          <Stack gap="sm">
            <Instructions name="" kind="alertmanager" secret="YOUR_KEY" />
            <Instructions name="" kind="events" secret="YOUR_KEY" />
          </Stack>
        </Panel>
      )}
    </>
  );
}

function KeyForm({ made }: { made: (key: IssuedKey) => void }) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState<KeyKind>('alertmanager');
  const { run, pending, problem, reload } = useSend(async () => {
    made(await settings.createIntegrationKey({ name, kind }));
    setName('');
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Refusal problem={problem} reload={reload} kept />
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Name"
            placeholder="prometheus-main"
            required
            withAsterisk={false}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label="Source"
            w={240}
            data={kinds}
            value={kind}
            allowDeselect={false}
            onChange={(value) =>
              setKind(kinds.find((each) => each.value === value)?.value ?? 'alertmanager')
            }
          />
          <Button type="submit" size="sm" loading={pending}>
            Make the key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface InstructionsProps {
  name: string;
  kind: string;
  secret: string;
}

function Instructions({ name, kind, secret }: InstructionsProps) {
  if (kind === 'webhook' || kind === 'cloudevents') {
    return (
      <div>
        <p style={{ margin: '0 0 6px', fontSize: 13 }}>
          Send a first event, then say what it means under{' '}
          <Link to="/settings/$part" params={{ part: 'mappings' }} search={{ name }}>
            Webhook mappings
          </Link>
          :
        </p>
        <CopyBox label="example request" text={mappedRequest(name, kind, secret)} />
      </div>
    );
  }
  return kind === 'events' ? (
    <div>
      <p style={{ margin: '0 0 6px', fontSize: 13 }}>
        From anything that can post JSON; the idempotency key makes a repeat harmless:
      </p>
      <CopyBox label="example request" text={eventRequest(secret)} />
    </div>
  ) : (
    <div>
      <p style={{ margin: '0 0 6px', fontSize: 13 }}>
        In <code>prometheus.yml</code>; Prometheus needs nothing else:
      </p>
      <CopyBox label="Prometheus configuration" text={prometheusConfig(secret)} />
    </div>
  );
}

/** What to paste into prometheus.yml so that alerts come to this server. */
export function prometheusConfig(secret: string): string {
  const { protocol, host } = window.location;
  return [
    'alerting:',
    '  alertmanagers:',
    `    - scheme: ${protocol.replace(':', '')}`,
    '      authorization:',
    `        credentials: ${secret}`,
    '      static_configs:',
    `        - targets: ['${host}']`,
  ].join('\n');
}

function eventRequest(secret: string): string {
  return [
    `curl ${window.location.origin}${EVENTS_PATH} \\`,
    `  -H 'Authorization: Bearer ${secret}' \\`,
    "  -H 'Idempotency-Key: backup-2026-03-01' \\",
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"title":"Nightly backup failed","severity":"error","item":"service/orders"}'`,
  ].join('\n');
}

function mappedRequest(name: string, kind: string, secret: string): string {
  const cloud = kind === 'cloudevents';
  return [
    `curl ${window.location.origin}${cloud ? CLOUDEVENTS_PATH : webhooks.path(name)} \\`,
    `  -H 'Authorization: Bearer ${secret}' \\`,
    `  -H 'Content-Type: application/${cloud ? 'cloudevents+json' : 'json'}' \\`,
    cloud
      ? `  -d '{"specversion":"1.0","id":"1","source":"/db1","type":"disk.full","data":{"severity":"critical"}}'`
      : `  -d '{"alert":"Disk full","host":"db1","state":"firing","level":"critical"}'`,
  ].join('\n');
}
