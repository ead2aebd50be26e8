import { Button, Group, PasswordInput, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';

import { type DataSource, settings, type SourceTried } from '../../api';
import { StateWord } from '../../kit/Badges';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { TimeAgo } from '../../kit/TimeAgo';
import { count } from '../../kit/words';
import { Facts } from '../../ui/Facts';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { RemoveButton } from './RemoveButton';
import styles from './settings.module.css';

/** Where objectives ask for measures: how each answers, and what it is asked with. */
export function DataSources() {
  const query = useQuery(settings.dataSources());
  return (
    <>
      <p className={styles.intro}>
        Objectives ask these servers for what was counted. Credentials are sealed with the key file
        of this server: they stand in no file of the estate and are never shown again.
      </p>
      <Loaded query={query} rows={4}>
        {(found) =>
          found.items.length === 0 ? (
            <EmptyState title="No data source yet">
              Any server that answers the HTTP API of Prometheus can be asked.{' '}
              <Link to="/estate/new" search={{ kind: 'datasource' }}>
                Describe the first one
              </Link>
            </EmptyState>
          ) : (
            found.items.map((source) => <Source key={source.name} source={source} />)
          )
        }
      </Loaded>
    </>
  );
}

function Source({ source }: { source: DataSource }) {
  const [writing, setWriting] = useState(false);
  return (
    <Panel title={source.name} actions={<Reached source={source} />}>
      <Facts
        rows={[
          ['Address', source.url],
          ['Objectives that ask it', String(source.objectives)],
          [
            'Answered last',
            source.answered_at ? <TimeAgo key="a" at={source.answered_at} /> : 'Never',
          ],
          ['Behind now', lag(source)],
          ['Failed in a row', source.failures > 0 ? String(source.failures) : null],
          ['Last error', source.error ?? null],
          ['Credentials', source.credentials ? 'Set, sealed' : 'None'],
        ]}
      />
      <Group gap="xs" mt="sm">
        <Try name={source.name} />
        <Button variant="default" size="xs" onClick={() => setWriting(!writing)}>
          {source.credentials ? 'Replace the credentials' : 'Set credentials'}
        </Button>
        {source.credentials && (
          <RemoveButton
            name={`the credentials of ${source.name}`}
            word="Remove credentials"
            remove={() => settings.removeCredentials(source.name)}
          />
        )}
        <Link to="/estate/$kind/$name" params={{ kind: 'datasource', name: source.name }}>
          As it is written
        </Link>
      </Group>
      {writing && <CredentialsForm name={source.name} close={() => setWriting(false)} />}
    </Panel>
  );
}

function Reached({ source }: { source: DataSource }) {
  if (source.failures > 0) return <StateWord state="Does not answer" tone="bad" />;
  if (source.answered_at) return <StateWord state="Answers" tone="good" />;
  return <StateWord state="Not asked yet" tone="none" />;
}

function lag(source: DataSource): string | null {
  const seconds = source.lag_seconds;
  if (typeof seconds !== 'number') return source.objectives > 0 ? 'Nothing is counted yet' : null;
  return seconds < 120 ? 'less than two minutes' : count(Math.round(seconds / 60), 'minute');
}

/** Asks it something simple now. */
function Try({ name }: { name: string }) {
  const [tried, setTried] = useState<SourceTried | null>(null);
  const { run, pending, problem, reload } = useSend(async () => {
    setTried(await settings.trySource(name));
  });
  return (
    <>
      <Button size="xs" loading={pending} onClick={() => void run()}>
        Try it
      </Button>
      <span role="status">
        {tried && (tried.answers ? 'It answers.' : `It does not answer: ${tried.error ?? ''}`)}
      </span>
      <Refusal problem={problem} reload={reload} />
    </>
  );
}

function CredentialsForm({ name, close }: { name: string; close: () => void }) {
  const [kind, setKind] = useState<'bearer' | 'basic'>('bearer');
  const [token, setToken] = useState('');
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const { run, pending, problem, reload } = useSend(async () => {
    const wanted = kind === 'bearer' ? { bearer_token: token } : { username, password };
    await settings.setCredentials(name, wanted);
    close();
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run();
  };
  return (
    <form onSubmit={submit} aria-label={`Credentials of ${name}`}>
      <Stack gap="sm" mt="sm" maw={420}>
        <Refusal problem={problem} reload={reload} kept />
        <SegmentedControl
          size="xs"
          aria-label="Kind of credentials"
          value={kind}
          onChange={(value) => setKind(value === 'basic' ? 'basic' : 'bearer')}
          data={[
            { value: 'bearer', label: 'Token' },
            { value: 'basic', label: 'Name and password' },
          ]}
        />
        {kind === 'bearer' ? (
          <PasswordInput
            label="Token"
            description="Sent as Authorization: Bearer"
            required
            autoComplete="off"
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
          />
        ) : (
          <>
            <TextInput
              label="Name"
              required
              autoComplete="off"
              value={username}
              onChange={(event) => setUsername(event.currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              required
              autoComplete="new-password"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          </>
        )}
        <Group gap="xs">
          <Button type="submit" size="xs" loading={pending}>
            Keep them
          </Button>
          <Button variant="default" size="xs" onClick={close}>
            Back
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
