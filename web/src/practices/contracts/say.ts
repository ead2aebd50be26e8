import type { ContractVerdict, Outlook, Standing } from '../../api';
import type { Tone } from '../../kit/Badges';

/** The same words and tones for the same results everywhere. */

export const verdictWord = {
  kept: 'Kept',
  missed: 'Missed',
  unproven: 'Unproven',
  not_observed: 'Not observed',
  running: 'Running',
  not_applicable: 'Not applicable',
} satisfies Record<ContractVerdict, string>;

export const verdictTone = {
  kept: 'good',
  missed: 'bad',
  unproven: 'warn',
  not_observed: 'none',
  running: 'info',
  not_applicable: 'none',
} satisfies Record<ContractVerdict, Tone>;

export const outlookWord = {
  on_track: 'On track',
  at_risk: 'At risk',
  breached: 'Breached',
} satisfies Record<Outlook, string>;

export const outlookTone = {
  on_track: 'good',
  at_risk: 'warn',
  breached: 'bad',
} satisfies Record<Outlook, Tone>;

type Score = NonNullable<Standing['score']>;

export const scoreWord = { good: 'Good', fair: 'Fair', poor: 'Poor' } satisfies Record<
  Score,
  string
>;

export const scoreTone = { good: 'good', fair: 'warn', poor: 'bad' } satisfies Record<Score, Tone>;

/** `99.95 %`: as many places as tell something. */
export function percent(value: number | null | undefined, places = 3): string {
  if (value === null || value === undefined) return '–';
  // Rounded down: what was not reached is never shown as reached.
  const scale = 10 ** places;
  const cut = Math.floor(value * scale + 1e-6) / scale;
  return `${cut.toLocaleString('en-GB', { maximumFractionDigits: places })} %`;
}

/** A length of service time: `3 h 05 min`, with its sign. */
export function span(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '–';
  const whole = Math.round(Math.abs(seconds));
  const sign = seconds < 0 && whole > 0 ? '−' : '';
  const [h, min, s] = [
    Math.floor(whole / 3600),
    Math.floor((whole % 3600) / 60),
    Math.floor(whole % 60),
  ];
  if (h > 0) return `${sign}${h} h${min > 0 ? ` ${String(min).padStart(2, '0')} min` : ''}`;
  if (min > 0) return `${sign}${min} min${s > 0 ? ` ${s} s` : ''}`;
  return `${sign}${s} s`;
}

/** A sentence from words in the middle of one. */
export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The name of a contract, without its kind. */
export const bare = (contract: string) => contract.replace(/^servicecontract\//, '');

/** How many events: `3,400`; of those that are weighed with a tenth. */
export function number(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 1 });
}
