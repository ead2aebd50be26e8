import { Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';

import { type ChatEntry, type ChatSettings, type ChatTried, settings } from '../../api';
import { useSend } from '../../kit/command';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { CopyBox } from '../../ui/CopyBox';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { entered } from './entered';
import styles from './settings.module.css';

/** Rooms of chat services: what they are spoken to with, which teams have one, whether it works. */
export function Chat() {
  const query = useQuery(settings.chats());
  return (
    <>
      <p className={styles.intro}>
        Incidents of a team are shown in its room, one message for each, kept up to date. People
        acknowledge, comment, resolve and escalate there, under their own names.
      </p>
      <Loaded query={query} rows={5}>
        {(found) => (
          <>
            {found.map((service) => (
              <Panel key={service.name} title={service.title}>
                <Stack gap="lg">
                  <Entries service={service} />
                  <Trial service={service} />
                </Stack>
              </Panel>
            ))}
            <Rooms found={found} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Entries({ service }: { service: ChatSettings }) {
  const [written, setWritten] = useState<Record<string, string>>({});
  const { run, pending, problem, reload } = useSend(async () => {
    await settings.setChat(service.name, entered(written));
    setWritten({});
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run();
  };
  return (
    <form onSubmit={submit} aria-label={`Set up ${service.title}`}>
      <Stack gap="sm">
        <details open={!service.entries.every((entry) => entry.known)}>
          <summary>How to set it up</summary>
          <ol className={styles.steps}>
            {service.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </details>
        <div>
          <p className={styles.intro}>Request URL</p>
          <CopyBox text={service.request_url} label={`request URL for ${service.title}`} wrap />
        </div>
        <Refusal problem={problem} reload={reload} kept />
        {service.entries.map((entry) => (
          <Entry
            key={entry.name}
            entry={entry}
            value={written[entry.name]}
            set={(value) => setWritten({ ...written, [entry.name]: value })}
          />
        ))}
        <Group>
          <Button
            type="submit"
            size="sm"
            loading={pending}
            disabled={Object.keys(entered(written)).length === 0}
          >
            Keep
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface EntryProps {
  entry: ChatEntry;
  value: string | undefined;
  set: (value: string) => void;
}

function Entry({ entry, value, set }: EntryProps) {
  if (!entry.secret) {
    return (
      <TextInput
        label={entry.label}
        description="With another address the tokens have to be entered anew"
        placeholder={entry.example}
        value={value ?? entry.value ?? ''}
        onChange={(event) => set(event.currentTarget.value)}
      />
    );
  }
  return (
    <PasswordInput
      label={entry.label}
      description={entry.known ? 'Known; write another one to replace it' : 'Missing'}
      placeholder={entry.example}
      autoComplete="off"
      value={value ?? ''}
      onChange={(event) => set(event.currentTarget.value)}
    />
  );
}

function Trial({ service }: { service: ChatSettings }) {
  const [room, setRoom] = useState('');
  const [tried, setTried] = useState<ChatTried | null>(null);
  const { run, pending, problem, reload } = useSend(async () => {
    setTried(await settings.tryChat(service.name, { room: room || null }));
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run();
  };
  return (
    <form onSubmit={submit} aria-label={`Try ${service.title}`}>
      <Stack gap="sm">
        <Refusal problem={problem} reload={reload} kept />
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Try it in a room"
            placeholder={service.room_example}
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

function Rooms({ found }: { found: ChatSettings[] }) {
  const rows = found.flatMap((service) =>
    service.rooms.map((row) => ({ ...row, service: service.title })),
  );
  return (
    <Panel title="Rooms of teams" flush>
      {rows.length === 0 ? (
        <EmptyState title="No team has a room">
          Write one at a team:{' '}
          {found.map((service, place) => (
            <span key={service.name}>
              {place > 0 && ' or '}
              <code>{`chat: {${service.name}: "${service.room_example}"}`}</code>
            </span>
          ))}
          .
        </EmptyState>
      ) : (
        <SimpleTable
          label="Rooms of teams"
          rows={rows}
          rowKey={(row) => `${row.team} ${row.service}`}
          columns={[
            { header: 'Team', cell: (row) => <ItemLink item={row.team} /> },
            { header: 'Service', cell: (row) => row.service },
            { header: 'Room', cell: (row) => row.room },
          ]}
        />
      )}
    </Panel>
  );
}
