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

/** What the address says of a period: so many days until now, or from one time to another. */
export interface PeriodSearch {
  days?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** The time that an address means; so many days as are usual where it says nothing. */
export function spanOf({ days, from, to }: PeriodSearch, usual: number) {
  if (from && to) return { from, to };
  return lastDays(Number(days ?? usual) || usual);
}

/** The day of a time where the browser is, as a field for dates writes it. */
export function dayOf(time: string | number): string {
  const at = new Date(time);
  const pad = (n: number) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

/** The beginning of a day where the browser is, or of the day after it; nothing while it is none. */
export function midnight(day: string, after = 0): string | null {
  const [year = 0, month = NaN, date = NaN] = day.split('-').map(Number);
  // A year that is being typed begins with small ones.
  if (year < 2000) return null;
  // Told by its parts: days are not 24 hours long when clocks change.
  const at = new Date(year, month - 1, date + after);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** Seconds in words, or a dash where there is no figure. */
export function figureText(seconds: number | null | undefined, text: (s: number) => string) {
  return typeof seconds === 'number' ? text(seconds) : '–';
}
