import { days } from './span';

/** A day of a calendar: its date where the zone is, and its first moment and the one after it. */
export interface Day {
  /** `2026-11-30`. */
  date: string;
  from: number;
  until: number;
}

/** How much a calendar shows. */
export type Extent = 'week' | 'month';

const DAY = 86_400_000;

/** The date of a moment in a zone: `2026-11-30`. */
export function dateOf(at: number, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    timeZone: zone,
  }).format(at);
}

/** A date so many days later. */
export function later(date: string, count: number): string {
  return new Date(Date.parse(date) + count * DAY).toISOString().slice(0, 10);
}

/** The same day of a month before or after; the last one where that month is too short. */
export function monthLater(date: string, count: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + count, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + count, Math.min(day, last)))
    .toISOString()
    .slice(0, 10);
}

/** The dates that a calendar shows around a date: whole weeks, from Monday on. */
export function shownDates(date: string, extent: Extent): string[] {
  const first = extent === 'month' ? `${date.slice(0, 7)}-01` : date;
  const last = extent === 'month' ? later(`${monthLater(first, 1).slice(0, 7)}-01`, -1) : date;
  const found: string[] = [];
  for (let at = later(first, -weekday(first)); at <= later(last, 6 - weekday(last));) {
    found.push(at);
    at = later(at, 1);
  }
  return found;
}

/** Days of a zone, for dates that follow on each other. */
export function daysOf(dates: string[], zone: string): Day[] {
  const [first = '', last = first] = [dates[0], dates[dates.length - 1]];
  // A zone is at most fourteen hours away from UTC.
  const midnights = days(Date.parse(first) - DAY, Date.parse(last) + 3 * DAY, zone);
  const found = midnights.map((from, index) => ({
    date: dateOf(from, zone),
    from,
    until: midnights[index + 1] ?? from + DAY,
  }));
  return found.filter((day) => dates.includes(day.date));
}

/** Monday is 0. */
function weekday(date: string): number {
  return (new Date(Date.parse(date)).getUTCDay() + 6) % 7;
}

/** What lies in a stretch of time, cut to it. */
export function within<T extends { from: string; until: string }>(
  all: T[],
  from: number,
  until: number,
) {
  return all
    .filter((each) => Date.parse(each.from) < until && Date.parse(each.until) > from)
    .map((each) => ({
      each,
      from: Math.max(Date.parse(each.from), from),
      until: Math.min(Date.parse(each.until), until),
    }));
}
