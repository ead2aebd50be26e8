import { Button, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';

import { type LeaveCalendar, oncall } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SendButton } from '../../kit/SendButton';
import { TimeAgo } from '../../kit/TimeAgo';
import { Panel } from '../../ui/Panel';
import { RemoveButton } from '../settings/RemoveButton';
import styles from './oncall.module.css';

const COUNTS = [
  { value: 'marked', label: 'Events marked as out of office, vacation, leave, sick…' },
  { value: 'all', label: 'Every event: this calendar is for leave only' },
] as const;

/** The calendars in which a person keeps their leave, which are read again and again. */
export function LeaveCalendars({ name }: { name: string }) {
  const query = useQuery(oncall.leaveCalendars(name));
  const [adding, setAdding] = useState(false);
  const found = query.data;
  const room = found !== undefined && found.items.length < found.most;
  return (
    <Panel
      title="Calendars with leave"
      actions={
        found?.may_change && room ? (
          <Button size="compact-xs" variant="default" onClick={() => setAdding(true)}>
            Add a calendar…
          </Button>
        ) : undefined
      }
    >
      <Loaded query={query} rows={2}>
        {({ items, may_change }) =>
          items.length === 0 ? (
            <p className={styles.lead}>
              {may_change
                ? 'Leave that is kept in Google, Outlook or another calendar is entered here by itself once its address is known.'
                : 'None is read.'}
            </p>
          ) : (
            <ul className={styles.plain}>
              {items.map((calendar) => (
                <Line key={calendar.id} name={name} calendar={calendar} mayChange={may_change} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {adding && <Add name={name} close={() => setAdding(false)} />}
    </Panel>
  );
}

interface LineProps {
  name: string;
  calendar: LeaveCalendar;
  mayChange: boolean;
}

function Line({ name, calendar, mayChange }: LineProps) {
  const { absences, read_at, failing_since, failure } = calendar;
  return (
    <li>
      <strong>{calendar.title}</strong>{' '}
      <span className={styles.sub}>
        {absences === 1 ? 'one absence' : `${absences} absences`} in the next 26 weeks
        {read_at && (
          <>
            , read <TimeAgo at={read_at} />
          </>
        )}
      </span>
      {failure && failing_since && (
        <div className={styles.bad} role="status">
          Not read since <TimeAgo at={failing_since} />: {failure}. What it said before still holds.
        </div>
      )}
      {mayChange && (
        <Group gap="xs">
          <SendButton
            label={`Read ${calendar.title} now`}
            send={() => oncall.readLeaveCalendar(name, calendar.id)}
          />
          <RemoveButton
            name={`the calendar ${calendar.title}`}
            remove={() => oncall.removeLeaveCalendar(name, calendar.id)}
          />
        </Group>
      )}
    </li>
  );
}

function Add({ name, close }: { name: string; close: () => void }) {
  const [address, setAddress] = useState('');
  const [title, setTitle] = useState('');
  const [counts, setCounts] = useState<(typeof COUNTS)[number]['value']>('marked');
  const { run, pending, problem, reload } = useSend(() =>
    oncall.addLeaveCalendar(name, { address, title, counts }),
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run().then((done) => {
      if (done) close();
    });
  };
  return (
    <Modal opened onClose={close} title="Add a calendar with leave">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Refusal problem={problem} reload={reload} kept />
          <TextInput
            label="Address"
            description="In Google: settings of the calendar, “Secret address in iCal format”. In Outlook: “Publish a calendar”, ICS. It is kept sealed and shown to nobody."
            placeholder="https://…/basic.ics"
            required
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
          <TextInput
            label="Call it"
            placeholder="Work"
            required
            maxLength={60}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <NativeSelect
            label="What means that you are away"
            data={[...COUNTS]}
            value={counts}
            onChange={(event) => setCounts(event.currentTarget.value === 'all' ? 'all' : 'marked')}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={pending} disabled={!address || !title}>
              Read it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
