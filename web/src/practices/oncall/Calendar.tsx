import { Button, Group } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconPlus } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';

import type { ScheduleView } from '../../api';
import { now } from '../../ui/clock';
import styles from './calendar.module.css';
import {
  type Day,
  dateOf,
  daysOf,
  type Extent,
  later,
  monthLater,
  shownDates,
  within,
} from './month';
import { place } from './span';

interface Props {
  view: ScheduleView;
  zone: string;
  extent: Extent;
  /** The day that is looked at: `2026-11-30`. */
  date: string;
  go: (date: string) => void;
  /** A day was picked, to be taken over. */
  pick: ((from: number, until: number) => void) | undefined;
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Who is on call on each day of a week or month, and when nobody is. */
export function Calendar({ view, zone, extent, date, go, pick }: Props) {
  const dates = shownDates(date, extent);
  const days = daysOf(dates, zone);
  const weeks = Array.from({ length: dates.length / 7 }, (_, week) =>
    days.slice(week * 7, week * 7 + 7),
  );
  const box = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    box.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, [date]);
  const keys = (event: KeyboardEvent) => {
    const to = target(event.key, date);
    const day = days.find((each) => each.date === date);
    if (to) {
      moved.current = true;
      go(to);
    } else if (event.key === 'Enter' && event.target === event.currentTarget && pick && day) {
      pick(day.from, day.until);
    } else return;
    event.preventDefault();
  };
  return (
    <div className={styles.calendar}>
      <Group gap="xs" mb="xs">
        <Button.Group>
          <Step label="Before" to={step(date, extent, -1)} go={go} />
          <Button size="compact-sm" variant="default" onClick={() => go(dateOf(now(), zone))}>
            Today
          </Button>
          <Step label="After" to={step(date, extent, 1)} go={go} />
        </Button.Group>
        <b aria-live="polite">{heading(date, extent)}</b>
      </Group>
      <div
        ref={box}
        className={styles.sheet}
        data-extent={extent}
        role="grid"
        aria-label={`Calendar, ${heading(date, extent)}`}
      >
        <div role="row" className={styles.week} data-head>
          {WEEKDAYS.map((name) => (
            <span key={name} role="columnheader" className={styles.head}>
              {name}
            </span>
          ))}
        </div>
        {weeks.map((week) => (
          <div key={week[0]?.date} role="row" className={styles.week}>
            {week.map((day) => (
              <div
                key={day.date}
                role="gridcell"
                className={styles.day}
                data-today={day.date === dateOf(now(), zone)}
                data-other={extent === 'month' && day.date.slice(0, 7) !== date.slice(0, 7)}
                tabIndex={day.date === date ? 0 : -1}
                onFocus={(event) => {
                  if (event.target === event.currentTarget && day.date !== date) go(day.date);
                }}
                onKeyDown={keys}
              >
                <Top day={day} pick={pick} />
                <Parts day={day} view={view} zone={zone} extent={extent} />
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function Step({ label, to, go }: { label: string; to: string; go: (date: string) => void }) {
  const Icon = label === 'Before' ? IconChevronLeft : IconChevronRight;
  return (
    <Button size="compact-sm" variant="default" aria-label={label} onClick={() => go(to)}>
      <Icon size={14} />
    </Button>
  );
}

function Top({ day, pick }: { day: Day; pick: Props['pick'] }) {
  return (
    <div className={styles.top}>
      <span>
        <span className={styles.inList}>{part(day.date, { weekday: 'short' })} </span>
        {part(day.date, { day: 'numeric' })}
        <span className={styles.inList}> {part(day.date, { month: 'short' })}</span>
      </span>
      {pick && (
        <button
          type="button"
          tabIndex={-1}
          className={styles.add}
          aria-label={`Take over on ${part(day.date, { day: 'numeric', month: 'long' })}`}
          onClick={() => pick(day.from, day.until)}
        >
          <IconPlus size={14} />
        </button>
      )}
    </div>
  );
}

/** The turns and gaps of a day: in a week at their hours, in a month one below the other. */
function Parts({
  day,
  view,
  zone,
  extent,
}: { day: Day } & Pick<Props, 'view' | 'zone' | 'extent'>) {
  const people = [...new Set(view.turns.map((turn) => turn.person))].sort();
  return (
    <ul className={styles.parts}>
      {partsOf(day, view).map((one) => {
        const { left, width } = place(one.from, one.until, day.from, day.until);
        const whole = one.from === day.from && one.until === day.until;
        const time = whole ? '' : `${clock(one.from, zone)}–${clock(one.until, zone)}`;
        return (
          <li
            key={`${one.name} ${one.from}`}
            className={styles.part}
            data-gap={one.person === null}
            data-changed={one.changed}
            data-colour={one.person === null ? undefined : people.indexOf(one.person) % 6}
            style={extent === 'week' ? { top: `${left}%`, height: `${width}%` } : undefined}
            title={`${one.name} ${time} ${one.why}`}
          >
            <b>{one.name}</b> {time && <span className={styles.time}>{time}</span>}
          </li>
        );
      })}
    </ul>
  );
}

interface Part {
  /** Nobody, when `null`. */
  person: string | null;
  name: string;
  why: string;
  changed: boolean;
  from: number;
  until: number;
}

function partsOf(day: Day, view: ScheduleView): Part[] {
  const turns = within(view.turns, day.from, day.until).map(({ each, from, until }) => {
    const { person, name, why, changed } = each;
    return { person, name, why, changed, from, until };
  });
  const gaps = within(view.gaps, day.from, day.until).map(({ each, from, until }) => {
    const why = `asked for by ${each.asked_by}`;
    return { person: null, name: 'Nobody', why, changed: false, from, until };
  });
  // Two contracts may miss the same hours.
  const once = gaps.filter(
    (gap, at) => gaps.findIndex((g) => g.from === gap.from && g.until === gap.until) === at,
  );
  return [...turns, ...once].sort((a, b) => a.from - b.from);
}

function clock(at: number, timeZone: string): string {
  const form = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const;
  return new Intl.DateTimeFormat('en-GB', form).format(at);
}

function part(date: string, form: Intl.DateTimeFormatOptions): string {
  const text = new Intl.DateTimeFormat('en-GB', { ...form, timeZone: 'UTC' });
  return text.format(Date.parse(date));
}

function heading(date: string, extent: Extent): string {
  if (extent === 'month') return part(date, { month: 'long', year: 'numeric' });
  const [first = date, ...rest] = shownDates(date, 'week');
  const form = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  return `${part(first, form)} to ${part(rest[5] ?? first, form)}`;
}

function step(date: string, extent: Extent, count: number): string {
  return extent === 'month' ? monthLater(date, count) : later(date, 7 * count);
}

/** Where a key leads. */
function target(key: string, date: string): string | undefined {
  const monday = shownDates(date, 'week')[0] ?? date;
  const found: Record<string, string> = {
    ArrowLeft: later(date, -1),
    ArrowRight: later(date, 1),
    ArrowUp: later(date, -7),
    ArrowDown: later(date, 7),
    Home: monday,
    End: later(monday, 6),
    PageUp: monthLater(date, -1),
    PageDown: monthLater(date, 1),
  };
  return found[key];
}
