import { Button } from '@mantine/core';
import { IconPhoneCall } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { type MyOnCall, type MyPage, oncall, type PersonShift } from '../../api';
import { PriorityBadge } from '../../kit/Badges';
import { Loaded } from '../../kit/QueryState';
import { SendButton } from '../../kit/SendButton';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { itemName, words } from '../../kit/words';
import { browserZone, duration } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { Feed } from './Feed';
import { LeaveCalendars } from './LeaveCalendars';
import styles from './oncall.module.css';
import { Offers } from './Offers';
import { OfferShift } from './OfferShift';
import { Away } from './Shifts';
import { format } from './Timeline';
import { ToReplace } from './ToReplace';
import { Ways } from './Ways';

/** How many of the next shifts are listed. */
const SHOWN = 20;

/** For what somebody is on call, and when next: for the one who is signed in. */
export function MinePage() {
  const query = useQuery(oncall.mine());
  return (
    <>
      <PageHead
        title="My shifts"
        meta="For what you are on call, and when next"
        actions={query.data?.person ? <Why person={query.data.person} /> : undefined}
      />
      <Loaded query={query} rows={6}>
        {(mine) =>
          mine.person ? <Content mine={mine} name={itemName(mine.person)} /> : <Nobody />
        }
      </Loaded>
    </>
  );
}

function Why({ person }: { person: string }) {
  return (
    <Button
      variant="default"
      leftSection={<IconPhoneCall size={14} />}
      renderRoot={(props) => <Link to="/reports/load" search={{ person }} {...props} />}
    >
      What called me, and why
    </Button>
  );
}

function Nobody() {
  return (
    <EmptyState title="Your account is not linked to a person">
      An administrator links it under Settings, Accounts: then your shifts, your leave and the pages
      that call you are shown here.
    </EmptyState>
  );
}

function Content({ mine, name }: { mine: MyOnCall; name: string }) {
  const zone = mine.time_zone ?? browserZone();
  return (
    <div className={styles.grid}>
      <div className={styles.stack}>
        <Pages pages={mine.pages} />
        <Now shifts={mine.now} zone={zone} />
        <ToReplace shifts={mine.to_replace} zone={zone} may={mine.may_say_away} />
        <Offers zone={zone} />
        <Next shifts={mine.next} zone={zone} />
        <Ways name={name} own />
      </div>
      <div className={styles.stack}>
        <Away name={name} away={mine.away} zone={zone} maySay={mine.may_say_away} />
        <LeaveCalendars name={name} />
        <Feed owner={{ kind: 'people', name }} />
        <Notices mine={mine} />
      </div>
    </div>
  );
}

/** How they are told of their shifts. */
function Notices({ mine }: { mine: MyOnCall }) {
  const before = mine.notice_before_seconds;
  const ways = mine.notice_ways.map((way) => words(way).toLowerCase()).join(' and ');
  return (
    <Panel title="Notices of your shifts">
      <p className={styles.lead}>
        {before === null || before === undefined
          ? 'You are told nothing of your shifts, as you wish.'
          : ways
            ? `You are told by ${ways} ${duration(before)} before a shift begins, when it ends, and when you are given one or another has yours.`
            : 'No way to tell you is set up: no mail server, no chat, and no ntfy, Gotify or text message of yours.'}
      </p>
    </Panel>
  );
}

function pageSays(page: MyPage): string {
  if (page.major && !page.handed_over_by) {
    return page.rings
      ? 'calls the team for major incidents since '
      : 'nobody answered for the team for major incidents, since ';
  }
  if (page.handed_over_by) return `${page.handed_over_by} hands it over to you; called first `;
  return page.rings ? 'rings since ' : 'nobody answered, since ';
}

/** Pages that call them and wait for an answer. */
function Pages({ pages }: { pages: MyPage[] }) {
  if (pages.length === 0) return null;
  return (
    <Panel title="Pages that wait for you" count={pages.length}>
      <ul className={styles.plain}>
        {pages.map((page) => (
          <li key={page.page}>
            <PriorityBadge priority={page.priority} />{' '}
            <Link to="/incidents/$id" params={{ id: page.incident }}>
              #{page.number} {page.title}
            </Link>{' '}
            <span className={page.rings ? styles.bad : styles.sub}>
              {pageSays(page)}
              <TimeAgo at={page.started_at} />
            </span>{' '}
            {page.handed_over_by && (
              <SendButton
                main
                label="Accept"
                send={() => oncall.command(page.page, { command: 'accept' })}
              />
            )}
            {page.may_acknowledge && (
              <SendButton
                main
                label="Acknowledge"
                send={() => oncall.command(page.page, { command: 'acknowledge' })}
              />
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Now({ shifts, zone }: { shifts: PersonShift[]; zone: string }) {
  return (
    <Panel title="On call now" count={shifts.length}>
      {shifts.length === 0 ? (
        <p className={styles.lead}>You are not on call now.</p>
      ) : (
        <ul className={styles.plain}>
          {shifts.map((shift) => (
            <li key={shift.schedule}>
              <Schedule shift={shift} /> until {format(zone)(shift.until)}, which is{' '}
              <TimeAgo at={shift.until} />
              <div className={styles.sub}>{shift.why}</div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Next({ shifts, zone }: { shifts: PersonShift[]; zone: string }) {
  const [offered, setOffered] = useState<PersonShift | null>(null);
  const text = format(zone);
  return (
    <Panel title="Next shifts" count={shifts.length} flush>
      {shifts.length === 0 ? (
        <EmptyState title="No shift in the next eight weeks">
          Schedules that name you show their shifts here.
        </EmptyState>
      ) : (
        <SimpleTable
          label="Next shifts"
          rows={shifts.slice(0, SHOWN)}
          rowKey={(shift) => `${shift.schedule} ${shift.from}`}
          columns={[
            { header: 'Schedule', cell: (shift) => <Schedule shift={shift} /> },
            { header: 'Begins', cell: (shift) => <TimeAgo at={shift.from} /> },
            { header: 'From', cell: (shift) => text(shift.from) },
            { header: 'Until', cell: (shift) => text(shift.until) },
            {
              header: 'Why',
              cell: (shift) => (
                <span className={shift.changed ? undefined : styles.sub}>{shift.why}</span>
              ),
            },
            {
              header: '',
              cell: (shift) => (
                <Button size="compact-xs" variant="default" onClick={() => setOffered(shift)}>
                  Offer…
                </Button>
              ),
            },
          ]}
        />
      )}
      {shifts.length > SHOWN && (
        <p className={styles.note}>and {shifts.length - SHOWN} more in eight weeks</p>
      )}
      {offered && <OfferShift shift={offered} zone={zone} close={() => setOffered(null)} />}
    </Panel>
  );
}

function Schedule({ shift }: { shift: PersonShift }) {
  return (
    <Link to="/oncall/$name" params={{ name: itemName(shift.schedule) }}>
      {shift.title}
    </Link>
  );
}
