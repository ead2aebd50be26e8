import { Button, Group, Select } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { type ReplayAnswer, routing } from '../../api';
import type { RoutingDraft } from '../../api/routing';
import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { count } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './routing.module.css';

const spans = [1, 3, 7, 14, 30];

/** What a changed text would have told otherwise of what fired during the last days. */
export function Replay({ draft }: { draft: RoutingDraft }) {
  const [days, setDays] = useState(7);
  const [answer, setAnswer] = useState<ReplayAnswer>();
  const { run, pending, problem, reload } = useSend(async () => {
    setAnswer(undefined);
    setAnswer(await routing.replay(draft, days));
  });
  return (
    <>
      <Panel title="What it would have told">
        <p className={styles.sub}>
          Replays what fired during the last days by this text. Nothing is told or saved.
        </p>
        <Group mt="xs" align="flex-end">
          <Select
            label="Replay the last"
            w={140}
            data={spans.map((span) => ({ value: String(span), label: count(span, 'day') }))}
            value={String(days)}
            allowDeselect={false}
            onChange={(value) => setDays(Number(value))}
          />
          <Button variant="default" loading={pending} onClick={() => void run()}>
            Replay
          </Button>
        </Group>
        <Refusal problem={problem} reload={reload} />
      </Panel>
      {answer && <Answer answer={answer} />}
    </>
  );
}

function Answer({ answer }: { answer: ReplayAnswer }) {
  const same = answer.lost + answer.gained + answer.moved === 0;
  return (
    <>
      <Panel title="Notifications for each receiver" flush>
        <SimpleTable
          label="Notifications for each receiver"
          rows={answer.receivers}
          rowKey={(row) => row.receiver}
          columns={[
            { header: 'Receiver', cell: (row) => row.receiver },
            { header: 'As it is', align: 'end', cell: (row) => row.now },
            { header: 'Changed', align: 'end', cell: (row) => row.then },
            { header: 'Difference', align: 'end', cell: (row) => signed(row.then - row.now) },
          ]}
        />
      </Panel>
      <Panel title={same ? 'Every alert is told to the same receivers' : 'Told to others'}>
        <p className={styles.sub}>
          {count(answer.firings, 'firing')} replayed, from <TimeAgo at={answer.from} /> until{' '}
          <TimeAgo at={answer.until} />
          {answer.more && '; older ones were too many and are left out'}. Silences and
          acknowledgements of that time are left out.
        </p>
        <Alerts
          title={`${count(answer.lost, 'alert')} that nobody would be told of`}
          all={answer.lost}
          alerts={answer.lost_alerts}
        />
        <Alerts
          title={`${count(answer.gained, 'alert')} that somebody would be told of, and nobody is now`}
          all={answer.gained}
          alerts={answer.gained_alerts}
        />
        <Alerts
          title={`${count(answer.moved, 'alert')} told to others`}
          all={answer.moved}
          alerts={answer.moved_alerts}
        />
      </Panel>
    </>
  );
}

interface AlertsProps {
  title: string;
  all: number;
  alerts: ReplayAnswer['lost_alerts'];
}

function Alerts({ title, all, alerts }: AlertsProps) {
  if (all === 0) return null;
  return (
    <>
      <h3 className={styles.title}>{title}</h3>
      <ul className={styles.list}>
        {alerts.map((one) => (
          <li key={one.alert}>
            <Link to="/alerts/$id" params={{ id: one.alert }}>
              {one.labels.alertname ?? one.alert}
            </Link>{' '}
            <span className={styles.sub}>
              {named(one.now)} → {named(one.then)}
            </span>
          </li>
        ))}
      </ul>
      {all > alerts.length && <p className={styles.sub}>and {all - alerts.length} more</p>}
    </>
  );
}

function named(receivers: string[]) {
  return receivers.length > 0 ? receivers.join(', ') : 'nobody';
}

function signed(difference: number) {
  return difference > 0 ? `+${difference}` : String(difference);
}
