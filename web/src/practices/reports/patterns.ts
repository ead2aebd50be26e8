import type { Anomaly, WeekHour } from '../../api';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** The day of the week; Monday is 1. */
export const dayName = (day: number) => DAYS[day - 1] ?? String(day);

/** An hour of the day: `09:00`. */
export const hourName = (hour: number) => `${String(hour).padStart(2, '0')}:00`;

/** A count that may be a middle of two: `4`, `4.5`. */
export const figure = (value: number) =>
  value.toLocaleString('en-GB', { maximumFractionDigits: 1 });

/** How many fire at an hour of the week: what is usual, else the mean; nothing if never seen. */
export function usualAt(hour: WeekHour): number | null {
  if (typeof hour.expected === 'number') return hour.expected;
  return hour.seen > 0 ? hour.fired / hour.seen : null;
}

/** What there is to say of an hour of the week. */
export function told(hour: WeekHour): string {
  const when = `${dayName(hour.day)}, ${hourName(hour.hour)}`;
  if (hour.seen === 0) return `${when}: not seen yet`;
  const seen = `${figure(hour.fired)} in ${hour.seen === 1 ? '1 week' : `${hour.seen} weeks`}`;
  return typeof hour.expected === 'number'
    ? `${when}: ${figure(hour.expected)} are usual, ${seen}`
    : `${when}: ${seen}, too few to say what is usual`;
}

/** The hour of the week that an arrow leads to; the week goes round within its day or hour. */
export function moved(slot: number, key: string): number | null {
  const [day, hour] = [Math.floor(slot / 24), slot % 24];
  switch (key) {
    case 'ArrowRight':
      return day * 24 + ((hour + 1) % 24);
    case 'ArrowLeft':
      return day * 24 + ((hour + 23) % 24);
    case 'ArrowDown':
      return ((day + 1) % 7) * 24 + hour;
    case 'ArrowUp':
      return ((day + 6) % 7) * 24 + hour;
    case 'Home':
      return day * 24;
    case 'End':
      return day * 24 + 23;
    default:
      return null;
  }
}

/** What was unusual: `9 instead of 1`, `nothing instead of 12`. */
export function unusual(anomaly: Anomaly): string {
  const count = anomaly.kind === 'silence' ? 'nothing' : figure(anomaly.count);
  return `${count} instead of ${figure(anomaly.expected)}`;
}
