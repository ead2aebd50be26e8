import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';

import { type AwayResult, oncall, type PersonShifts } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { TimeAgo } from '../../kit/TimeAgo';
import { itemName, words } from '../../kit/words';
import { absolute, now } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './oncall.module.css';
import { local } from './span';

const DAY = 86_400_000;

/** When a person is on call, and when they are away. */
export function Shifts({ name }: { name: string }) {
  const query = useQuery(oncall.shifts(name));
  return (
    <Loaded query={query} rows={3}>
      {(found) => <Content name={name} found={found} />}
    </Loaded>
  );
}

function Content({ name, found }: { name: string; found: PersonShifts }) {
  const [result, setResult] = useState<AwayResult | null>(null);
  const [leaving, setLeaving] = useState(false);
  const away = found.away.some((each) => Date.parse(each.from) <= now());
  return (
    <Panel
      title="On call and away"
      actions={
        found.may_say_away ? (
          <Group gap="xs">
            {away ? <Back name={name} /> : <Ill name={name} told={setResult} />}
            <Button size="compact-xs" variant="default" onClick={() => setLeaving(true)}>
              Enter leave…
            </Button>
          </Group>
        ) : undefined
      }
    >
      {found.away.map((each) => (
        <p key={each.absence} className={styles.bad}>
          {words(each.kind)} since {absolute(each.from)}
          {each.until ? ` until ${absolute(each.until)}` : ''}
        </p>
      ))}
      {found.shifts.length === 0 ? (
        <p className={styles.sub}>Not on call in the next eight weeks.</p>
      ) : (
        <ul className={styles.plain}>
          {found.shifts.slice(0, 12).map((shift) => (
            <li key={`${shift.schedule} ${shift.from}`}>
              <Link to="/oncall/$name" params={{ name: itemName(shift.schedule) }}>
                {shift.title}
              </Link>{' '}
              <TimeAgo at={shift.from} /> until {absolute(shift.until)}
            </li>
          ))}
          {found.shifts.length > 12 && <li>and {found.shifts.length - 12} more</li>}
        </ul>
      )}
      {result && <Hit result={result} />}
      {leaving && <Leave name={name} told={setResult} close={() => setLeaving(false)} />}
    </Panel>
  );
}

function Ill({ name, told }: { name: string; told: (result: AwayResult) => void }) {
  const { run, pending, problem, reload } = useSend(async () => {
    told(await oncall.away(name, { type: 'sickness' }));
  });
  return (
    <>
      <Button size="compact-xs" variant="default" loading={pending} onClick={() => void run()}>
        Ill from now on
      </Button>
      <Refusal problem={problem} reload={reload} />
    </>
  );
}

function Back({ name }: { name: string }) {
  const { run, pending, problem, reload } = useSend(() => oncall.back(name));
  return (
    <>
      <Button size="compact-xs" variant="default" loading={pending} onClick={() => void run()}>
        Back again
      </Button>
      <Refusal problem={problem} reload={reload} />
    </>
  );
}

/** Who has the shifts of somebody who is away. */
function Hit({ result }: { result: AwayResult }) {
  if (result.shifts.length === 0) return <p role="status">No shift is hit.</p>;
  return (
    <div role="status">
      <p>Shifts that it hits, and who has them now:</p>
      <ul className={styles.plain}>
        {result.shifts.slice(0, 20).map((shift) => (
          <li key={`${shift.schedule} ${shift.from}`}>
            {absolute(shift.from)}: {itemName(shift.schedule)},{' '}
            {shift.person ? (
              itemName(shift.person)
            ) : (
              <span className={styles.bad}>nobody: it has to be filled</span>
            )}
          </li>
        ))}
        {result.shifts.length > 20 && <li>and {result.shifts.length - 20} more</li>}
      </ul>
    </div>
  );
}

interface LeaveProps {
  name: string;
  told: (result: AwayResult) => void;
  close: () => void;
}

function Leave({ name, told, close }: LeaveProps) {
  const [begin, setBegin] = useState(local(Math.ceil(now() / DAY) * DAY));
  const [end, setEnd] = useState(local((Math.ceil(now() / DAY) + 7) * DAY));
  const { run, pending, problem, reload } = useSend(async () => {
    const from = new Date(begin).toISOString();
    told(await oncall.away(name, { type: 'leave', from, until: new Date(end).toISOString() }));
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run().then((done) => {
      if (done) close();
    });
  };
  return (
    <Modal opened onClose={close} title="Enter leave">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Refusal problem={problem} reload={reload} kept />
          <TextInput
            label="From"
            type="datetime-local"
            required
            value={begin}
            onChange={(event) => setBegin(event.currentTarget.value)}
          />
          <TextInput
            label="Until"
            type="datetime-local"
            required
            value={end}
            onChange={(event) => setEnd(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={pending} disabled={!begin || !end}>
              Enter leave
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
