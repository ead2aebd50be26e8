import { useCallback, useSyncExternalStore } from 'react';

/** One ticking clock for the whole page, corrected by what the server says the time is. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let offset = 0;

/** Takes over the server's time when this device's clock is clearly off. */
export function adjustClock(serverNow: string) {
  const difference = Date.parse(serverNow) - Date.now();
  if (Number.isFinite(difference)) offset = Math.abs(difference) > 4000 ? difference : 0;
}

/** Milliseconds since 1970, by the server's clock. */
export function now(): number {
  return Date.now() + offset;
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** A text made from the current time; renders again only when the text changes. */
export function useTicking(text: (now: number) => string): string {
  const snapshot = useCallback(() => text(now()), [text]);
  return useSyncExternalStore(subscribe, snapshot);
}

const SECOND = 1;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in two units at most: `42 s`, `7 min`, `3 h 05 min`, `2 d 4 h`. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < MINUTE) return `${s} s`;
  if (s < 10 * MINUTE) return withRest(Math.floor(s / MINUTE), 'min', s % MINUTE, 's');
  if (s < HOUR) return `${Math.floor(s / MINUTE)} min`;
  if (s < DAY) return withRest(Math.floor(s / HOUR), 'h', Math.floor((s % HOUR) / MINUTE), 'min');
  return withRest(Math.floor(s / DAY), 'd', Math.floor((s % DAY) / HOUR), 'h');
}

function withRest(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${restUnit}`;
}

/** How long ago, or how long until: `3 min ago`, `in 20 s`. */
export function relative(at: number, from: number): string {
  const seconds = (from - at) / 1000;
  if (Math.abs(seconds) < 1) return 'now';
  return seconds > 0 ? `${duration(seconds)} ago` : `in ${duration(-seconds)}`;
}

const TO_THE_SECOND = {
  day: '2-digit',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
} as const;
const DATED = new Intl.DateTimeFormat('en-GB', TO_THE_SECOND);
const ABSOLUTE = new Intl.DateTimeFormat('en-GB', { ...TO_THE_SECOND, timeZoneName: 'short' });

/** A point in time with its zone: `21 Nov 2026, 03:09:04 UTC`. */
export function absolute(at: string): string {
  const time = Date.parse(at);
  return Number.isFinite(time) ? ABSOLUTE.format(time) : at;
}

const SHORTLY = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});

/** A point in time to the minute, where the year is clear: `Sat 21 Nov, 03:09 UTC`. */
export function shortly(at: string): string {
  const time = Date.parse(at);
  return Number.isFinite(time) ? SHORTLY.format(time) : at;
}

/** The same where the zone is named once for many: `21 Nov 2026, 03:09:04`. */
export function dated(at: string): string {
  const time = Date.parse(at);
  return Number.isFinite(time) ? DATED.format(time) : at;
}

/** A time as `datetime-local` takes it, to the second, in the zone of the browser. */
export function localInput(at: string | number): string {
  const time = new Date(at);
  if (at === '' || Number.isNaN(time.getTime())) return '';
  const shifted = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

/** The same to the minute. */
export function local(at: string | number): string {
  return localInput(at).slice(0, 16);
}

/** And back, in UTC. */
export function fromLocalInput(local: string): string | null {
  if (!local) return null;
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** The zone in which the browser shows times and takes them. */
export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}
