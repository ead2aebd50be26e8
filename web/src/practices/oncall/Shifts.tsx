import { Button, Group, Modal, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, type SubmitEvent, useState } from 'react';

import { type AwayResult, type AwayView, oncall, type PersonShift } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SendButton } from '../../kit/SendButton';
import { StretchInput } from '../../kit/StretchInput';
import { TimeAgo } from '../../kit/TimeAgo';
import { itemName, words } from '../../kit/words';
import { browserZone, fromLocalInput, local, now } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './oncall.module.css';
import { PersonShares } from './PersonShares';
import { format } from './Timeline';
import { ToReplace } from './ToReplace';

const DAY = 86_400_000;

/** When a person is on call, and when they are away. */
export function Shifts({ name }: { name: string }) {
  const query = useQuery(oncall.shifts(name));
  return (
    <Loaded query={query} rows={3}>
      {(found) => (
        <>
          <Away
            title="On call and away"
            name={name}
            away={found.away}
            zone={browserZone()}
            maySay={found.may_say_away}
            shifts={<Listed shifts={found.shifts} />}
          />
          <ToReplace
            shifts={found.to_replace}
            zone={browserZone()}
            of={`person/${name}`}
            may={found.may_say_away}
          />
          <PersonShares name={name} />
        </>
      )}
    </Loaded>
  );
}

interface AwayProps {
  title?: string;
  name: string;
  away: AwayView[];
  /** The zone in which times are told: that of the shifts beside it. */
  zone: string;
  /** Whether who looks at it may say when this person is away. */
  maySay: boolean;
  /** Their shifts, unless these are shown elsewhere on the page. */
  shifts?: ReactNode;
}

/** When a person is away, and the ways to say so. */
export function Away({ title = 'Away', name, away, zone, maySay, shifts }: AwayProps) {
  const text = format(zone);
  const [result, setResult] = useState<AwayResult | null>(null);
  const [leaving, setLeaving] = useState(false);
  const begun = away.some((each) => Date.parse(each.from) <= now());
  return (
    <Panel
      title={title}
      actions={
        maySay ? (
          <Group gap="xs">
            {begun ? (
              <SendButton label="Back again" send={() => oncall.back(name)} />
            ) : (
              <SendButton
                label="Ill from now on"
                send={async () => setResult(await oncall.away(name, { type: 'sickness' }))}
              />
            )}
            <Button size="compact-xs" variant="default" onClick={() => setLeaving(true)}>
              Enter leave…
            </Button>
          </Group>
        ) : undefined
      }
    >
      {away.map((each) => (
        <p key={each.absence} className={Date.parse(each.from) > now() ? styles.lead : styles.bad}>
          {words(each.kind)} {Date.parse(each.from) > now() ? 'from' : 'since'} {text(each.from)}
          {each.until ? ` until ${text(each.until)}` : ''}{' '}
          {each.from_calendar && <span className={styles.sub}>from a calendar </span>}
          {typeof each.kept_in === 'string' && (
            <span className={styles.sub}>kept in {each.kept_in || 'files'} </span>
          )}
          {maySay &&
            !each.from_calendar &&
            typeof each.kept_in !== 'string' &&
            Date.parse(each.from) > now() && (
              <SendButton
                label="Cancel"
                send={() => oncall.cancelAway(name, itemName(each.absence))}
              />
            )}
        </p>
      ))}
      {shifts ?? (away.length === 0 && <p className={styles.sub}>No leave is entered.</p>)}
      {result && <Hit result={result} />}
      {leaving && <Leave name={name} told={setResult} close={() => setLeaving(false)} />}
    </Panel>
  );
}

function Listed({ shifts }: { shifts: PersonShift[] }) {
  if (shifts.length === 0) {
    return <p className={styles.sub}>Not on call in the next eight weeks.</p>;
  }
  return (
    <ul className={styles.plain}>
      {shifts.slice(0, 12).map((shift) => (
        <li key={`${shift.schedule} ${shift.from}`}>
          <Link to="/oncall/$name" params={{ name: itemName(shift.schedule) }}>
            {shift.title}
          </Link>{' '}
          <TimeAgo at={shift.from} /> until {format(browserZone())(shift.until)}
        </li>
      ))}
      {shifts.length > 12 && <li>and {shifts.length - 12} more</li>}
    </ul>
  );
}

/** How many shifts an absence hits that was just entered. */
function Hit({ result }: { result: AwayResult }) {
  const count = result.shifts.length;
  const says = count === 0 ? 'No shift is hit.' : `Shifts that it hits: ${count}, listed here.`;
  return <p role="status">{says}</p>;
}

interface LeaveProps {
  name: string;
  told: (result: AwayResult) => void;
  close: () => void;
}

function Leave({ name, told, close }: LeaveProps) {
  const [stretch, setStretch] = useState(() => {
    const morrow = new Date(now()).setHours(24, 0, 0, 0);
    return { begin: local(morrow), end: local(morrow + 7 * DAY) };
  });
  const { run, pending, problem, reload } = useSend(async () => {
    const from = fromLocalInput(stretch.begin);
    told(await oncall.away(name, { type: 'leave', from, until: fromLocalInput(stretch.end) }));
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
          <StretchInput value={stretch} onChange={setStretch} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={pending} disabled={!stretch.begin || !stretch.end}>
              Enter leave
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
