import { expect, test } from 'vitest';

import type { Silence } from '../../api';
import { type Draft, draftOf, empty, matchersOf, monthDays, ofDay, planOf, ruleOf } from './plan';

test('labels become conditions that the server reads', () => {
  expect(matchersOf({ b: 'say "x"', a: '1' })).toEqual(['a="1"', 'b="say \\"x\\""']);
});

test('a plan leaves out what was not filled in', () => {
  const draft = { ...empty(0, ['a="1"', ' ']), comment: 'c', ends: '' };
  expect(planOf(draft)).toEqual({
    matchers: ['a="1"'],
    comment: 'c',
    starts_at: '1970-01-01T00:00:00.000Z',
  });
  const weekly = planOf({ ...draft, again: 'weekly', days: ['MO', 'SU'], zone: 'Europe/Berlin' });
  expect(weekly.recurrence).toEqual({
    rule: 'FREQ=WEEKLY;BYDAY=MO,SU',
    zone: 'Europe/Berlin',
    duration_seconds: 7200,
  });
});

test('a silence from a day lasts until the day is over', () => {
  const noon = new Date(2026, 2, 1, 12).getTime();
  const { starts, ends, matchers } = ofDay(noon, ['a="1"']);
  expect([starts, ends]).toEqual(['2026-03-01T12:00', '2026-03-02T00:00']);
  expect(matchers).toEqual(['a="1"']);
});

test('a silence comes again daily, monthly on any kind of day, or by a rule of its own', () => {
  const draft = { ...empty(0), starts: '2026-03-10T22:00' };
  const rule = (change: Partial<Draft>) => ruleOf({ ...draft, ...change });
  expect(rule({ again: 'daily' })).toBe('FREQ=DAILY');
  expect(rule({ again: 'monthly' })).toBe('FREQ=MONTHLY;BYMONTHDAY=10');
  expect(rule({ again: 'monthly', monthDay: 'weekday' })).toBe('FREQ=MONTHLY;BYDAY=2TU');
  expect(rule({ again: 'rule', rule: ' RRULE:FREQ=YEARLY;BYMONTH=3 ' })).toBe(
    'FREQ=YEARLY;BYMONTH=3',
  );
  const labels = (starts: string) => monthDays(starts).map((way) => way.label);
  expect(labels('2026-03-10T22:00')).toEqual(['On day 10', 'On the second Tuesday']);
  expect(labels('2026-03-27T22:00')).toEqual([
    'On day 27',
    'On the fourth Friday',
    'On the last Friday',
  ]);
  expect(labels('2026-03-31T22:00')).toEqual(['On day 31', 'On the last day']);
  // The first time was moved to a day that is not the last of its kind any more.
  expect(rule({ again: 'monthly', monthDay: 'last' })).toBe('FREQ=MONTHLY;BYMONTHDAY=10');
});

test('what is edited is drawn as far as the form can, and sent as it was', () => {
  const silence = (rule: string, seconds: number) =>
    ({
      matchers: ['a="1"'],
      comment: 'c',
      starts_at: new Date(2026, 2, 10, 22).toISOString(),
      ends_at: '9999-12-31T23:59:59Z',
      recurrence: { rule, zone: 'Europe/Berlin', duration_seconds: seconds },
    }) as unknown as Silence;
  for (const [rule, seconds, again, lasts, unit] of [
    ['FREQ=DAILY', 5400, 'daily', 90, 'minutes'],
    ['FREQ=WEEKLY;BYDAY=MO,SU', 7200, 'weekly', 2, 'hours'],
    ['FREQ=MONTHLY;BYDAY=2TU', 172_800, 'monthly', 2, 'days'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO', 31_622_400, 'rule', 366, 'days'],
    ['FREQ=MONTHLY;BYDAY=1TU', 3600, 'rule', 1, 'hours'],
  ] as const) {
    const draft = draftOf(silence(rule, seconds));
    expect([draft.again, draft.lasts, draft.unit]).toEqual([again, lasts, unit]);
    expect(planOf(draft).recurrence).toEqual({
      rule,
      zone: 'Europe/Berlin',
      duration_seconds: seconds,
    });
  }
});
