import type { ContractClock } from '../../api';
import { duration } from '../../ui/clock';

/** What of a clock moves with time, as it was when the server answered. */
export interface Counting {
  state: ContractClock['state'];
  remaining_seconds?: number | null;
  open_now: boolean;
}

/** The seconds of working time that are left; negative when it is overdue. */
export function secondsLeft(clock: Counting, answered: number, now: number): number | null {
  const left = clock.remaining_seconds;
  if (typeof left !== 'number') return null;
  const counts = clock.open_now && (clock.state === 'running' || clock.state === 'overdue');
  return counts ? left - Math.max(0, now - answered) / 1000 : left;
}

/** What is left in words: `42 min left`, `12 min overdue`. */
export function leftInWords(clock: Counting, answered: number, now: number): string {
  const left = secondsLeft(clock, answered, now);
  if (left === null) return 'no end';
  return left < 0 ? `${duration(-left)} overdue` : `${duration(left)} left`;
}

/** A time on the wall of the browser's zone, which is named once for many: `Fri 5 Jun, 14:05`. */
export function wall(at: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(Date.parse(at));
}
