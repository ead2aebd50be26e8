import { Anchor, Breadcrumbs, Button } from '@mantine/core';
import { IconArrowsExchange, IconClipboardList, IconPencil } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useRouteContext, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';

import { oncall, type ScheduleView, type ShiftBreach } from '../../api';
import { changed } from '../../kit/filter';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { SendButton } from '../../kit/SendButton';
import { SimpleTable } from '../../kit/SimpleTable';
import { itemName, words } from '../../kit/words';
import { browserZone, duration, now } from '../../ui/clock';
import { Fold } from '../../ui/Fold';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { Calendar } from './Calendar';
import { Feed } from './Feed';
import { type GapGroup, grouped } from './gaps';
import { dateOf, daysOf, type Extent, shownDates } from './month';
import styles from './oncall.module.css';
import { ScheduleCalendars } from './ScheduleCalendars';
import { ScheduleChoices } from './ScheduleChoices';
import { Shares } from './Shares';
import { Takeover } from './Takeover';
import { format, Timeline } from './Timeline';

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
/** How many shifts are listed. */
const SHOWN = 60;
/** How many shifts are in view before somebody asks for more. */
const FIRST = 12;
/** How many other lines are. */
const LISTED = 6;

/** One schedule: who has which stretch, what nobody covers, who is away. */
export function SchedulePage() {
  const { name } = useParams({ from: '/app/oncall/$name' });
  const search = useSearch({ from: '/app/oncall/$name' });
  const shown = useShown(search);
  const window = useMemo(
    () => ({
      from: new Date(shown.from).toISOString(),
      until: new Date(shown.until).toISOString(),
    }),
    [shown.from, shown.until],
  );
  const query = useQuery({
    ...oncall.schedule(name, window),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query} rows={8}>
      {(view) => <Content view={view} name={name} shown={shown} />}
    </Loaded>
  );
}

interface Shown {
  from: number;
  until: number;
  /** A calendar of this extent; a timeline when it is not said. */
  extent: Extent | undefined;
  /** The day that the calendar is around. */
  date: string;
}

/** The time that the address asks for. */
function useShown(search: { as?: string; day?: string; weeks?: string; zone?: string }): Shown {
  const { as, day, weeks, zone } = search;
  return useMemo(() => {
    const date = day && /^\d{4}-\d\d-\d\d$/.test(day) ? day : dateOf(now(), zone ?? browserZone());
    if (as !== 'week' && as !== 'month') {
      const from = Math.floor(now() / HOUR) * HOUR;
      return { from, until: from + Number(weeks ?? 2) * WEEK, extent: undefined, date };
    }
    const days = daysOf(shownDates(date, as), zone ?? browserZone());
    const [from, until] = [days[0]?.from ?? 0, days[days.length - 1]?.until ?? 0];
    return { from, until, extent: as, date };
  }, [as, day, weeks, zone]);
}

function Content({ view, name, shown }: { view: ScheduleView; name: string; shown: Shown }) {
  const navigate = useNavigate({ from: '/oncall/$name' });
  const [taking, setTaking] = useState<{ from: number; until: number } | null>(null);
  const search = useSearch({ from: '/app/oncall/$name' });
  const { user } = useRouteContext({ from: '/app' });
  const own = browserZone();
  const zone = search.zone ?? own;
  const start = Math.ceil(now() / HOUR) * HOUR;
  const pick =
    view.may_change || view.may_take
      ? (from: number, until: number) => setTaking({ from, until })
      : undefined;
  return (
    <>
      <PageHead
        title={view.title}
        above={
          <Breadcrumbs separator="/" fz="sm" mb={2} component="nav" aria-label="Where this is">
            <Anchor component={Link} to="/oncall" inherit>
              On call
            </Anchor>
            <span>{view.title}</span>
          </Breadcrumbs>
        }
        meta={
          <span className={styles.meta}>
            {view.team && <ItemLink item={view.team} />}
            <span>People hand over by the clocks of {view.time_zone}</span>
            {typeof view.kept_in === 'string' && <span>Kept in {view.kept_in || 'files'}</span>}
          </span>
        }
        actions={
          <>
            {(view.may_change || view.may_take) && (
              <Button
                leftSection={<IconArrowsExchange size={14} />}
                onClick={() => setTaking({ from: start, until: start + 8 * HOUR })}
              >
                Take over…
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<IconClipboardList size={14} />}
              renderRoot={(props) => (
                <Link to="/oncall/$name/hand-over" params={{ name }} {...props} />
              )}
            >
              Hand-over
            </Button>
            <Button
              variant="default"
              leftSection={<IconPencil size={14} />}
              renderRoot={(props) => (
                <Link to="/estate/$kind/$name" params={{ kind: 'schedule', name }} {...props} />
              )}
            >
              Rotation
            </Button>
          </>
        }
      />
      <ScheduleChoices zones={[...new Set([own, view.time_zone, 'UTC', zone])]} zone={zone} />
      <Panel title="Who is on call" flush>
        {shown.extent ? (
          <Calendar
            view={view}
            zone={zone}
            extent={shown.extent}
            date={shown.date}
            go={(day) =>
              void navigate({ search: (before) => changed(before, 'day', day), replace: true })
            }
            pick={pick}
          />
        ) : (
          <div className={styles.scroll} tabIndex={0} role="region" aria-label="Timeline">
            <Timeline view={view} zone={zone} pick={pick} />
          </div>
        )}
      </Panel>
      <div className={styles.grid}>
        <div className={styles.stack}>
          <Turns view={view} zone={zone} />
          <Shares view={view} zone={zone} />
        </div>
        <div className={styles.stack}>
          <Gaps view={view} zone={zone} />
          <Breaches breaches={view.breaches} zone={zone} />
          <Away view={view} zone={zone} />
          <Overrides view={view} zone={zone} name={name} />
          <ScheduleCalendars view={view} zone={zone} name={name} />
          <Feed owner={{ kind: 'schedules', name }} />
        </div>
      </div>
      {taking && (
        <Takeover
          schedule={name}
          from={taking.from}
          until={taking.until}
          only={view.may_change ? null : (user.person ?? null)}
          close={() => setTaking(null)}
        />
      )}
    </>
  );
}

function Turns({ view, zone }: { view: ScheduleView; zone: string }) {
  const text = format(zone);
  return (
    <Panel title="Shifts" count={view.turns.length} flush>
      <Fold
        items={view.turns.slice(0, SHOWN)}
        first={FIRST}
        more="Show later shifts too"
        less="Show the next shifts only"
      >
        {(turns) => (
          <SimpleTable
            label="Shifts"
            rows={[...turns]}
            rowKey={(turn) => turn.from}
            columns={[
              {
                header: 'Person',
                cell: (turn) => <ItemLink item={turn.person} title={turn.name} />,
              },
              { header: 'From', cell: (turn) => text(turn.from) },
              { header: 'Until', cell: (turn) => text(turn.until) },
              { header: 'Why', cell: (turn) => turn.why },
            ]}
          />
        )}
      </Fold>
      {view.turns.length > SHOWN && (
        <p className={styles.note}>and {view.turns.length - SHOWN} more: look less far ahead</p>
      )}
    </Panel>
  );
}

function Gaps({ view, zone }: { view: ScheduleView; zone: string }) {
  if (view.asked_by.length === 0) {
    return (
      <Panel title="Nobody is on call">
        <p className={styles.sub}>
          Not asked for: its team has no contract, it names no calendar to cover, and no escalation
          policy that is in use calls it. Whether hours with nobody matter is not known.
        </p>
      </Panel>
    );
  }
  return (
    <Panel title="Nobody is on call" count={view.gaps.length}>
      {view.gaps.length === 0 ? (
        <p className={styles.good}>
          Every hour is covered that {view.asked_by.join(' and ')} asks for.
        </p>
      ) : (
        <Fold
          items={grouped(view.gaps, zone)}
          first={LISTED}
          more="Show all hours with nobody"
          less="Show fewer"
        >
          {(groups) => (
            <ul className={styles.plain}>
              {groups.map((group) => (
                <li key={`${group.askedBy} ${group.gaps[0]?.from} ${group.again}`}>
                  <GapLine group={group} zone={zone} />
                </li>
              ))}
            </ul>
          )}
        </Fold>
      )}
    </Panel>
  );
}

function GapLine({ group, zone }: { group: GapGroup; zone: string }) {
  const text = format(zone);
  const [first, last] = [group.gaps[0], group.gaps[group.gaps.length - 1]];
  if (!first || !last) return null;
  const whole = group.gaps.reduce(
    (sum, gap) => sum + (Date.parse(gap.until) - Date.parse(gap.from)) / 1000,
    0,
  );
  return (
    <>
      <span className={styles.bad}>
        {group.again
          ? `${group.again}, ${group.gaps.length} times`
          : `${text(first.from)} to ${text(first.until)}`}
      </span>
      <span className={styles.sub}>
        {' '}
        {group.again && `from ${text(first.from)} to ${text(last.until)}, `}
        {duration(whole)}
        {group.again && ' altogether'}, asked for by {group.askedBy}
      </span>
    </>
  );
}

function Breaches({ breaches, zone }: { breaches: ShiftBreach[]; zone: string }) {
  const text = format(zone);
  if (breaches.length === 0) return null;
  return (
    <Panel title="More than may be asked of people" count={breaches.length}>
      <Fold items={breaches} first={LISTED} more="Show all of them" less="Show fewer">
        {(shown) => (
          <ul className={styles.plain}>
            {shown.map((breach) => (
              <li key={`${breach.limit} ${breach.person} ${breach.from}`}>
                <ItemLink item={breach.person} title={breach.name} />{' '}
                <span className={styles.bad}>{said(breach)}</span>
                <span className={styles.sub}>
                  {' '}
                  {text(breach.from)} to {text(breach.until)}
                  {breach.others.length > 0 && (
                    <>
                      , together with{' '}
                      {breach.others.map((other) => (
                        <ItemLink key={other} item={other} />
                      ))}
                    </>
                  )}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Fold>
    </Panel>
  );
}

function said({ limit, seconds }: ShiftBreach): string {
  const time = duration(seconds);
  if (limit === 'rest') return `has only ${time} off between two stretches`;
  if (limit === 'stretch') return `is on call for ${time} without time off`;
  return `is on call for ${time} within this time`;
}

/** What was taken over, in this time; what is not over can be taken back. */
function Overrides({ view, zone, name }: { view: ScheduleView; zone: string; name: string }) {
  const text = format(zone);
  if (view.overrides.length === 0) return null;
  return (
    <Panel title="Taken over" count={view.overrides.length}>
      <ul className={styles.plain}>
        {view.overrides.map((made) => (
          <li key={made.item}>
            <ItemLink item={made.person} /> {text(made.from)} to {text(made.until)}
            {made.reason && <span className={styles.sub}> {made.reason}</span>}{' '}
            {typeof made.kept_in === 'string' && (
              <span className={styles.sub}>kept in {made.kept_in || 'files'} </span>
            )}
            {made.may_take_back && Date.parse(made.until) > now() && (
              <SendButton
                label="Take back"
                send={() => oncall.takeBack(name, itemName(made.item))}
              />
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Away({ view, zone }: { view: ScheduleView; zone: string }) {
  const text = format(zone);
  if (view.away.length === 0) return null;
  return (
    <Panel title="Away" count={view.away.length}>
      <ul className={styles.plain}>
        {view.away.map((away) => (
          <li key={away.absence}>
            <ItemLink item={away.person} title={away.name} />: {words(away.kind).toLowerCase()}{' '}
            {Date.parse(away.from) > now() ? 'from' : 'since'} {text(away.from)}
            {away.until ? ` until ${text(away.until)}` : ', nobody knows until when'}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
