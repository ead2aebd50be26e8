import { Button, Modal, Stack, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { type Anomaly, reports } from '../../api';
import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { itemName } from '../../kit/words';
import { absolute } from '../../ui/clock';
import { dayName, figure, hourName, unusual } from './patterns';
import styles from './reports.module.css';

interface Props {
  anomalies: Anomaly[];
  zone: string;
}

/** Hours that are far from what is usual, each with its evidence. */
export function Unusual({ anomalies, zone }: Props) {
  const [asked, setAsked] = useState<Anomaly | null>(null);
  return (
    <>
      <SimpleTable
        label="Unusual hours"
        rows={anomalies}
        rowKey={(anomaly) => `${anomaly.at} ${anomaly.source ?? ''} ${anomaly.name ?? ''}`}
        columns={[
          { header: 'Hour', cell: (anomaly) => <When anomaly={anomaly} /> },
          {
            header: 'Rule',
            cell: (anomaly) => (
              <div>
                {anomaly.name ?? 'All rules together'}
                <div className={styles.sub}>{anomaly.source}</div>
              </div>
            ),
          },
          { header: 'Firings', cell: (anomaly) => <Evidence anomaly={anomaly} /> },
          {
            header: '',
            align: 'end',
            cell: (anomaly) =>
              anomaly.allowed.includes('expect') && (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Expected: ${about(anomaly)}`}
                  onClick={() => setAsked(anomaly)}
                >
                  Expected
                </Button>
              ),
          },
        ]}
      />
      <Modal opened={asked !== null} onClose={() => setAsked(null)} title="This is expected">
        {asked && <Expect anomaly={asked} zone={zone} close={() => setAsked(null)} />}
      </Modal>
    </>
  );
}

const about = (anomaly: Anomaly) =>
  `${anomaly.name ?? 'all rules together'} on ${dayName(anomaly.day)} at ${hourName(anomaly.hour)}`;

/** The hour; opens the alerts that fired in it, or before the silence. */
function When({ anomaly }: { anomaly: Anomaly }) {
  return (
    <div>
      <Link
        to="/alerts/history"
        search={{
          from: anomaly.at,
          to: anomaly.until,
          ...(anomaly.name ? { name: anomaly.name } : {}),
          ...(anomaly.source ? { source: anomaly.source } : {}),
        }}
      >
        {dayName(anomaly.day)}, {hourName(anomaly.hour)}
      </Link>
      <div className={styles.sub}>{absolute(anomaly.at)}</div>
    </div>
  );
}

function Evidence({ anomaly }: { anomaly: Anomaly }) {
  const labels = (all: Record<string, string>) =>
    Object.entries(all)
      .filter(([name]) => name !== 'alertname')
      .map(([name, value]) => `${name}=${value}`)
      .join(', ');
  return (
    <details className={styles.evidence}>
      <summary>
        <b>{unusual(anomaly)}</b>{' '}
        <span className={styles.sub}>
          {figure(Math.abs(anomaly.score))} spreads {anomaly.score < 0 ? 'below' : 'above'}
        </span>
      </summary>
      <div className={styles.sub}>
        Expected {figure(anomaly.expected)}, spread {figure(anomaly.spread)}
        {anomaly.short ? ', with the hours beside, since the history is short' : ''}. The same hour
        of the weeks before:
      </div>
      <ul>
        {anomaly.weeks.map((week) => (
          <li key={week.at}>
            {absolute(week.at)}: {week.count}
          </li>
        ))}
      </ul>
      {anomaly.behind.length > 0 && <div className={styles.sub}>Behind it:</div>}
      <ul>
        {anomaly.behind.map((alert) => (
          <li key={alert.alert}>
            <Link to="/alerts/$id" params={{ id: alert.alert }}>
              {alert.name}
            </Link>{' '}
            × {alert.fired}
            {alert.item ? `, ${itemName(alert.item)}` : ''} {labels(alert.labels)}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Asks for the reason, and says what will not be shown any longer. */
function Expect({ anomaly, zone, close }: { anomaly: Anomaly; zone: string; close: () => void }) {
  const [note, setNote] = useState('');
  const { source, name, kind, day, hour } = anomaly;
  const { run, pending, problem, reload } = useSend(() =>
    reports.expect({
      what: { source: source ?? null, name: name ?? null, kind, day, hour, time_zone: zone },
      expected: true,
      note,
    }),
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run().then((done) => done && close());
      }}
    >
      <Stack gap="sm">
        <div>
          {kind === 'silence' ? 'That nothing comes' : 'That far more comes'} is no longer shown for{' '}
          {about(anomaly)} ({zone}), in any week. You can take it back.
        </div>
        <TextInput
          label="Why it is expected"
          placeholder="The backup of the week"
          value={note}
          maxLength={1000}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Refusal problem={problem} reload={reload} kept />
        <Button type="submit" loading={pending}>
          Do not show it
        </Button>
      </Stack>
    </form>
  );
}
