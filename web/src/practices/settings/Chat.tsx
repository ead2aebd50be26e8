import { Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';

import { settings, type SlackSettings, type SlackTried } from '../../api';
import { useSend } from '../../kit/command';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { CopyBox } from '../../ui/CopyBox';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './settings.module.css';

/** Rooms of chat services: what they are spoken to with, which teams have one, whether it works. */
export function Chat() {
  const query = useQuery(settings.slack());
  return (
    <>
      <p className={styles.intro}>
        Incidents of a team are shown in its room, one message for each, kept up to date. People
        acknowledge, resolve and escalate there, under their own names.
      </p>
      <Loaded query={query} rows={5}>
        {(found) => (
          <>
            <Panel title="Slack">
              <Secrets found={found} />
            </Panel>
            <Panel title="Try it">
              <Trial />
            </Panel>
            <Rooms found={found} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Secrets({ found }: { found: SlackSettings }) {
  const [token, setToken] = useState('');
  const [secret, setSecret] = useState('');
  const { run, pending, problem, reload } = useSend(async () => {
    await settings.setSlack({ token: token || null, signing_secret: secret || null });
    setToken('');
    setSecret('');
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run();
  };
  const kept = (known: boolean) => (known ? 'Known; write another one to replace it' : 'Missing');
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Refusal problem={problem} reload={reload} kept />
        <PasswordInput
          label="Token of the bot"
          description={kept(found.token)}
          placeholder="xoxb-…"
          autoComplete="off"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        <PasswordInput
          label="Signing secret of the app"
          description={kept(found.signing_secret)}
          autoComplete="off"
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
        <div>
          <p className={styles.intro}>
            In the app at Slack, enter this as the request URL for interactivity and for the slash
            command:
          </p>
          <CopyBox text={found.request_url} label="request URL" wrap />
        </div>
        <Group>
          <Button type="submit" size="sm" loading={pending} disabled={!token && !secret}>
            Keep
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Trial() {
  const [room, setRoom] = useState('');
  const [tried, setTried] = useState<SlackTried | null>(null);
  const { run, pending, problem, reload } = useSend(async () => {
    setTried(await settings.trySlack({ room: room || null }));
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
            label="Room"
            placeholder="#payments-ops"
            value={room}
            onChange={(event) => setRoom(event.currentTarget.value)}
          />
          <Button type="submit" size="sm" variant="default" loading={pending}>
            {room ? 'Say a word there' : 'Try the token'}
          </Button>
        </Group>
        {tried && (
          <p role="status" className={tried.works ? styles.good : styles.bad}>
            {tried.works ? 'It works. ' : 'It does not work: '}
            {tried.detail}
          </p>
        )}
      </Stack>
    </form>
  );
}

function Rooms({ found }: { found: SlackSettings }) {
  return (
    <Panel title="Rooms of teams" flush>
      {found.rooms.length === 0 ? (
        <EmptyState title="No team has a room">
          Write <code>chat: {'{slack: "#payments-ops"}'}</code> at a team.
        </EmptyState>
      ) : (
        <SimpleTable
          label="Rooms of teams"
          rows={found.rooms}
          rowKey={(row) => row.team}
          columns={[
            { header: 'Team', cell: (row) => <ItemLink item={row.team} /> },
            { header: 'Room in Slack', cell: (row) => row.room },
          ]}
        />
      )}
    </Panel>
  );
}
