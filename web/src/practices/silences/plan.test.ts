import { expect, test } from 'vitest';

import { empty, matchersOf, ofDay, planOf } from './plan';

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
  const weekly = planOf({ ...draft, recurs: true, days: ['MO', 'SU'], zone: 'Europe/Berlin' });
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
