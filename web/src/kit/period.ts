import { now } from '../ui/clock';

export interface Period {
  label: string;
  days: number;
}

export const periods: Period[] = [
  { label: 'Last 24 hours', days: 1 },
  { label: 'Last 7 days', days: 7 },
  { label: 'Last 30 days', days: 30 },
  { label: 'Last 90 days', days: 90 },
  { label: 'Last 365 days', days: 365 },
];

/** From so many days ago to the end of this minute: steady enough to be a cache key. */
export function lastDays(days: number): { from: string; to: string } {
  const end = Math.ceil(now() / 60_000) * 60_000;
  return {
    from: new Date(end - days * 86_400_000).toISOString(),
    to: new Date(end).toISOString(),
  };
}

/** Seconds in words, or a dash where there is no figure. */
export function figureText(seconds: number | null | undefined, text: (s: number) => string) {
  return typeof seconds === 'number' ? text(seconds) : '–';
}
