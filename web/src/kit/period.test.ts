import { expect, test } from 'vitest';

import { dayOf, midnight, spanOf } from './period';

test('a day begins at its midnight and ends at the next one, also when clocks change', () => {
  expect(midnight('2026-03-29')).toBe(new Date(2026, 2, 29).toISOString());
  expect(midnight('2026-03-31', 1)).toBe(new Date(2026, 3, 1).toISOString());
  expect(dayOf(midnight('2026-03-29') ?? '')).toBe('2026-03-29');
});

test('what is not typed to the end is no day', () => {
  expect(midnight('')).toBeNull();
  expect(midnight('0002-03-01')).toBeNull();
});

test('an address means the times that it names, else the last days', () => {
  const named = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
  expect(spanOf({ ...named, days: '7' }, 30)).toEqual(named);
  const { from, to } = spanOf({ days: '7' }, 30);
  expect(Date.parse(to) - Date.parse(from)).toBe(7 * 86_400_000);
});
