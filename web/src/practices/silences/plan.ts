import type { Silence, SilencePlan } from '../../api';
import { browserZone, local } from '../../ui/clock';

/** What the form holds: texts as they are typed. */
export interface Draft {
  matchers: string[];
  comment: string;
  starts: string;
  ends: string;
  recurs: boolean;
  days: string[];
  minutes: number;
  zone: string;
  /** A rule that the form cannot draw, kept as it is. */
  rule: string | null;
}

export const HOUR = 60 * 60 * 1000;
export const EVERY_DAY = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const NEVER = '9999-12-31T23:59:59Z';

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
    recurs: false,
    days: ['SU'],
    minutes: 120,
    zone: browserZone(),
    rule: null,
  };
}

/** A day from here to its end, in the zone of the browser. */
export function ofDay(begins: number, matchers: string[] = []): Draft {
  const next = new Date(begins);
  next.setHours(24, 0, 0, 0);
  return { ...empty(begins, matchers), ends: local(next.getTime()) };
}

const WEEKLY = /^FREQ=WEEKLY;BYDAY=([A-Z,]+)$/;

export function draftOf(silence: Silence): Draft {
  const { recurrence } = silence;
  const days = WEEKLY.exec(recurrence?.rule ?? '')?.[1]?.split(',');
  return {
    matchers: [...silence.matchers],
    comment: silence.comment,
    starts: local(Date.parse(silence.starts_at)),
    ends: silence.ends_at === NEVER ? '' : local(Date.parse(silence.ends_at)),
    recurs: Boolean(recurrence),
    days: days ?? ['SU'],
    minutes: Math.round((recurrence?.duration_seconds ?? 7200) / 60),
    zone: recurrence?.zone ?? browserZone(),
    rule: recurrence && !days ? recurrence.rule : null,
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
    ...(draft.recurs
      ? {
          recurrence: {
            rule: draft.rule ?? `FREQ=WEEKLY;BYDAY=${draft.days.join(',')}`,
            zone: draft.zone,
            duration_seconds: draft.minutes * 60,
          },
        }
      : {}),
  };
}

/** The conditions that have been typed, without empty lines. */
export function typed(matchers: string[]): string[] {
  return matchers.map((text) => text.trim()).filter(Boolean);
}
