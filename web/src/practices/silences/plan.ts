import type { Silence, SilencePlan } from '../../api';
import { browserZone, local } from '../../ui/clock';

/** How often a silence comes again; `rule` is any rule of RFC 5545. */
export type Again = 'never' | 'daily' | 'weekly' | 'monthly' | 'rule';

/** Which day of the month: that of the first time, as date, as weekday, or counted from the end. */
export type MonthDay = 'date' | 'weekday' | 'last';

/** What the form holds: texts as they are typed. */
export interface Draft {
  matchers: string[];
  comment: string;
  starts: string;
  ends: string;
  again: Again;
  days: string[];
  monthDay: MonthDay;
  /** How long each time lasts. */
  lasts: number;
  unit: Unit;
  zone: string;
  rule: string;
}

export const HOUR = 60 * 60 * 1000;
export const EVERY_DAY = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const NEVER = '9999-12-31T23:59:59Z';

/** Seconds of the units in which a length is given. */
export const UNITS = { minutes: 60, hours: 3600, days: 86_400 };
export type Unit = keyof typeof UNITS;
/** The longest that each time may last: a year. */
export const LASTS_SECONDS_MAX = 366 * 86_400;

/** One condition for each label, as the server reads them. */
export function matchersOf(labels: Record<string, string>): string[] {
  return Object.entries(labels)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
}

export function empty(now: number, matchers: string[] = []): Draft {
  return {
    matchers: matchers.length > 0 ? matchers : [''],
    comment: '',
    starts: local(now),
    ends: local(now + 2 * HOUR),
    again: 'never',
    days: ['SU'],
    monthDay: 'date',
    lasts: 2,
    unit: 'hours',
    zone: browserZone(),
    rule: '',
  };
}

/** A day from here to its end, in the zone of the browser. */
export function ofDay(begins: number, matchers: string[] = []): Draft {
  const next = new Date(begins);
  next.setHours(24, 0, 0, 0);
  return { ...empty(begins, matchers), ends: local(next.getTime()) };
}

const NUMBERS = ['first', 'second', 'third', 'fourth', 'fifth'];

/** The day of the month of the first time, in each way to say it. */
export function monthDays(starts: string): { value: MonthDay; rule: string; label: string }[] {
  const first = new Date(starts);
  if (Number.isNaN(first.getTime())) return [];
  const date = first.getDate();
  const inMonth = new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate();
  const day = EVERY_DAY[(first.getDay() + 6) % 7] ?? 'MO';
  const name = first.toLocaleDateString('en', { weekday: 'long' });
  const nth = Math.ceil(date / 7);
  const last = date === inMonth;
  return [
    { value: 'date', rule: `BYMONTHDAY=${date}`, label: `On day ${date}` },
    ...(nth < 5
      ? [
          {
            value: 'weekday' as const,
            rule: `BYDAY=${nth}${day}`,
            label: `On the ${NUMBERS[nth - 1] ?? ''} ${name}`,
          },
        ]
      : []),
    ...(last
      ? [{ value: 'last' as const, rule: 'BYMONTHDAY=-1', label: 'On the last day' }]
      : date > inMonth - 7
        ? [{ value: 'last' as const, rule: `BYDAY=-1${day}`, label: `On the last ${name}` }]
        : []),
  ];
}

/** The rule that a draft stands for. */
export function ruleOf(draft: Draft): string {
  switch (draft.again) {
    case 'never':
      return '';
    case 'daily':
      return 'FREQ=DAILY';
    case 'weekly':
      return `FREQ=WEEKLY;BYDAY=${draft.days.join(',')}`;
    case 'monthly': {
      const ways = monthDays(draft.starts);
      const way = ways.find((one) => one.value === draft.monthDay) ?? ways[0];
      return `FREQ=MONTHLY;${way?.rule ?? 'BYMONTHDAY=1'}`;
    }
    case 'rule':
      return draft.rule.trim().replace(/^RRULE:/i, '');
  }
}

const WEEKLY = /^FREQ=WEEKLY;BYDAY=([A-Z]{2}(?:,[A-Z]{2})*)$/;

/** What the form draws of a rule; one that it cannot draw stays as it is. */
function drawn(rule: string | undefined, starts: string): Partial<Draft> {
  if (rule === undefined) return { again: 'never' };
  if (rule === 'FREQ=DAILY') return { again: 'daily' };
  const days = WEEKLY.exec(rule)?.[1]?.split(',');
  if (days) return { again: 'weekly', days };
  const month = monthDays(starts).find((one) => rule === `FREQ=MONTHLY;${one.rule}`);
  if (month) return { again: 'monthly', monthDay: month.value };
  return { again: 'rule', rule };
}

/** Seconds in the largest unit in which they are a whole number. */
function length(seconds: number): { lasts: number; unit: Unit } {
  const unit = (['days', 'hours'] as const).find((one) => seconds % UNITS[one] === 0);
  return { lasts: seconds / UNITS[unit ?? 'minutes'], unit: unit ?? 'minutes' };
}

export function draftOf(silence: Silence): Draft {
  const { recurrence } = silence;
  const starts = local(Date.parse(silence.starts_at));
  return {
    ...empty(Date.parse(silence.starts_at), [...silence.matchers]),
    comment: silence.comment,
    ends: silence.ends_at === NEVER ? '' : local(Date.parse(silence.ends_at)),
    ...length(recurrence?.duration_seconds ?? 7200),
    zone: recurrence?.zone ?? browserZone(),
    ...drawn(recurrence?.rule, starts),
  };
}

/** What is sent: `kept` is the silence that is edited, whose exact start must not be rounded. */
export function planOf(draft: Draft, kept?: Silence): SilencePlan {
  const same = kept && draft.starts === local(Date.parse(kept.starts_at));
  const starts = same ? kept.starts_at : new Date(draft.starts).toISOString();
  return {
    matchers: typed(draft.matchers),
    comment: draft.comment,
    ...(draft.starts ? { starts_at: starts } : {}),
    ...(draft.ends ? { ends_at: new Date(draft.ends).toISOString() } : {}),
    ...(draft.again === 'never'
      ? {}
      : {
          recurrence: {
            rule: ruleOf(draft),
            zone: draft.zone,
            duration_seconds: Math.round(draft.lasts * UNITS[draft.unit]),
          },
        }),
  };
}

/** The conditions that have been typed, without empty lines. */
export function typed(matchers: string[]): string[] {
  return matchers.map((text) => text.trim()).filter(Boolean);
}
