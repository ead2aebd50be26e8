import { Button, Group, Modal, Progress, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { alerts, type BulkAnswer } from '../../api';
import { SeverityMark, StateWord } from '../../kit/Badges';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { count } from '../../kit/words';
import styles from './alerts.module.css';
import { Severities } from './Severities';

/** Alerts that one request changes, so that progress is seen. */
const STEP = 1000;
const ACKNOWLEDGE = { command: 'acknowledge' } as const;

interface Props {
  chosen: alerts.Chosen;
  close: () => void;
  done: () => void;
}

/** Acknowledges many alerts: shows which, asks, and goes on until all are done. */
export function AckMany({ chosen, close, done }: Props) {
  // Seen once: what the person agrees to does not change under their hands.
  const seen = useQuery({
    queryKey: ['alerts-many', chosen],
    queryFn: () => alerts.bulk(chosen, ACKNOWLEDGE, true),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  return (
    <Modal opened onClose={close} title="Acknowledge many alerts" size="lg">
      <Loaded query={seen} rows={4}>
        {(found) => <Agree chosen={chosen} found={found} close={close} done={done} />}
      </Loaded>
    </Modal>
  );
}

function Agree({ chosen, found, close, done }: Props & { found: BulkAnswer }) {
  const wanted = found.changed + found.left;
  const [changed, setChanged] = useState<number | null>(null);
  const [refused, setRefused] = useState<BulkAnswer | null>(null);
  const { run, pending, problem, reload } = useSend(async () => {
    let sum = 0;
    setChanged(0);
    for (;;) {
      const answer = await alerts.bulk(chosen, ACKNOWLEDGE, false, STEP);
      sum += answer.changed;
      setChanged(sum);
      if (answer.left > 0 && answer.changed > 0) continue;
      notifications.show({ message: `${count(sum, 'alert')} acknowledged`, color: 'teal' });
      if (answer.refused > 0) setRefused(answer);
      else done();
      return;
    }
  });
  if (refused) return <Refused answer={refused} done={done} />;
  return (
    <Stack gap="sm">
      <Refusal problem={problem} reload={reload} />
      <p className={styles.lead}>
        {wanted === 0
          ? 'Nothing is left to acknowledge.'
          : `${count(wanted, 'alert')} will be acknowledged in your name.`}
      </p>
      <div className={styles.badges}>
        <Severities tally={found.all} />
        {found.unchanged > 0 && <span>{found.unchanged} acknowledged already</span>}
        {found.refused > 0 && <span>{found.refused} cannot be: they no longer fire</span>}
        {found.all.silenced > 0 && <span>{found.all.silenced} silenced</span>}
      </div>
      {changed !== null && (
        <div role="status">
          <Progress value={wanted === 0 ? 100 : (100 * changed) / wanted} aria-label="Progress" />
          <span className={styles.sub}>
            {changed.toLocaleString('en-GB')} of {wanted.toLocaleString('en-GB')}
          </span>
        </div>
      )}
      <Sample found={found} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={close} disabled={pending}>
          Back
        </Button>
        <Button data-autofocus loading={pending} disabled={wanted === 0} onClick={() => void run()}>
          Acknowledge {wanted > 0 ? count(wanted, 'alert') : ''}
        </Button>
      </Group>
    </Stack>
  );
}

const SHOWN = 6;

function Sample({ found }: { found: BulkAnswer }) {
  const rest = found.all.count - Math.min(SHOWN, found.sample.length);
  return (
    <ul className={styles.sample} aria-label="The worst of them">
      {found.sample.slice(0, SHOWN).map((alert) => (
        <li key={alert.id}>
          <SeverityMark severity={alert.severity} />
          <span className={styles.titleCell}>
            <Link to="/alerts/$id" params={{ id: alert.id }}>
              {alert.name}
            </Link>
            <span className={styles.sub}>{alert.summary}</span>
          </span>
          <StateWord state={alert.state} />
        </li>
      ))}
      {rest > 0 && <li className={styles.sub}>and {count(rest, 'more', 'more')}</li>}
    </ul>
  );
}

function Refused({ answer, done }: { answer: BulkAnswer; done: () => void }) {
  return (
    <Stack gap="sm">
      <p className={styles.lead}>
        The others are acknowledged. {count(answer.refused, 'alert')} could not be:
      </p>
      <ul className={styles.sample} aria-label="Alerts that refused">
        {answer.refusals.map((one) => (
          <li key={one.id}>
            <Link to="/alerts/$id" params={{ id: one.id }}>
              {one.name || one.id}
            </Link>
            <span>{one.reason}</span>
          </li>
        ))}
      </ul>
      <Group justify="flex-end">
        <Button onClick={done} data-autofocus>
          Close
        </Button>
      </Group>
    </Stack>
  );
}
