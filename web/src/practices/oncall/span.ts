/** Where a stretch of time lies within a window, in percent from its beginning. */
export interface Placed {
  left: number;
  width: number;
}

const DAY = 86_400_000;
const HALF_HOUR = 1_800_000;

/** Places a stretch within a window; what lies outside is cut off. */
export function place(from: number, until: number, begin: number, end: number): Placed {
  const cut = (at: number) => Math.min(Math.max(at, begin), end);
  const whole = end - begin;
  const left = ((cut(from) - begin) / whole) * 100;
  return { left, width: ((cut(until) - begin) / whole) * 100 - left };
}

/** The time at a share of a window, on a half hour. */
export function timeAt(share: number, begin: number, end: number): number {
  const at = begin + Math.min(Math.max(share, 0), 1) * (end - begin);
  return Math.round(at / HALF_HOUR) * HALF_HOUR;
}

/** The midnights of a zone in a window, the one before its beginning included. */
export function days(begin: number, end: number, zone: string): number[] {
  const found: number[] = [];
  let at = midnight(begin, zone);
  while (at < end) {
    found.push(at);
    // Days have 23 to 25 hours: twelve hours into the next one its midnight is looked for.
    at = midnight(at + DAY + DAY / 2, zone);
  }
  return found;
}

/** The last midnight of a zone before a time. */
function midnight(at: number, zone: string): number {
  const text = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at);
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  const guess = at - (at % 1000) - (hours * 3600 + minutes * 60 + seconds) * 1000;
  // A change of the clocks in between moves it by what was skipped or repeated.
  const shown = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    hourCycle: 'h23',
  });
  const hour = Number(shown.format(guess));
  if (hour === 0) return guess;
  return hour > 12 ? guess + (24 - hour) * 3_600_000 : guess - hour * 3_600_000;
}
