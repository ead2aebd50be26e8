import { IconPlus, IconRepeat } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';

import type { Silence } from '../../api';
import { local, now } from '../../ui/clock';
import styles from './silences.module.css';

const DAY = 24 * 60 * 60 * 1000;
const DATE = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** The coming four weeks, day by day, in the zone of the browser. */
export function Calendar({ silences }: { silences: Silence[] }) {
  const first = new Date(now());
  first.setHours(0, 0, 0, 0);
  const days = Array.from({ length: 28 }, (_, place) => {
    const from = new Date(first);
    from.setDate(first.getDate() + place);
    const until = new Date(from);
    until.setDate(from.getDate() + 1);
    return { from: from.getTime(), until: until.getTime() };
  });
  return (
    <ol className={styles.calendar} aria-label="The coming four weeks">
      {days.map((day) => {
        const held = silences.flatMap((silence) =>
          silence.windows
            .filter((w) => Date.parse(w.from) < day.until && Date.parse(w.until) > day.from)
            .map((window) => ({ silence, window })),
        );
        return (
          <li key={day.from} className={styles.day} data-empty={held.length === 0}>
            <div className={styles.dayHead}>
              <time dateTime={new Date(day.from).toISOString()}>{DATE.format(day.from)}</time>
              <Link
                to="/silences/new"
                search={{ day: local(day.from).slice(0, 10) }}
                className={styles.dayNew}
                aria-label={`Silence on ${DATE.format(day.from)}`}
                title="Make a silence on this day"
              >
                <IconPlus size={13} aria-hidden />
              </Link>
            </div>
            {held.map(({ silence, window }) => (
              <Link
                key={`${silence.id} ${window.from}`}
                to="/silences/$id"
                params={{ id: silence.id }}
                className={styles.dayHeld}
                data-recurs={Boolean(silence.recurrence)}
                title={`${silence.matchers.join(', ')}: ${silence.comment}`}
              >
                {silence.recurrence && <IconRepeat size={12} aria-label="comes again" />}
                <span>{span(Date.parse(window.from), Date.parse(window.until), day)}</span>{' '}
                {silence.matchers.join(', ')}
              </Link>
            ))}
          </li>
        );
      })}
    </ol>
  );
}

function span(from: number, until: number, day: { from: number; until: number }): string {
  if (from <= day.from && until >= day.from + DAY) return 'all day';
  const begin = from > day.from ? TIME.format(from) : '00:00';
  return `${begin}–${until < day.until ? TIME.format(until) : '24:00'}`;
}
