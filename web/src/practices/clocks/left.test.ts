import { expect, test } from 'vitest';

import { exposure } from './exposure';
import { leftInWords, secondsLeft, wall } from './left';

const noon = Date.parse('2026-03-01T12:00:00Z');

test('a clock that counts has less left with every second, and one that stands has not', () => {
  const clock = { state: 'running', remaining_seconds: 600, open_now: true } as const;
  expect(secondsLeft(clock, noon, noon + 60_000)).toBe(540);
  expect(secondsLeft({ ...clock, state: 'paused' }, noon, noon + 60_000)).toBe(600);
  expect(secondsLeft({ ...clock, open_now: false }, noon, noon + 60_000)).toBe(600);
});

test('what is missed says by how much, and what never ends says so', () => {
  const clock = { state: 'running', remaining_seconds: 30, open_now: true } as const;
  expect(leftInWords(clock, noon, noon)).toBe('30 s left');
  expect(leftInWords(clock, noon, noon + 90_000)).toBe('1 min overdue');
  expect(leftInWords({ ...clock, remaining_seconds: null }, noon, noon)).toBe('no end');
});

test('a time is told in the zone of the browser, whatever that of the clock', () => {
  expect(wall(new Date(2026, 5, 5, 14, 5).toISOString())).toBe('Fri 5 Jun, 14:05');
});

test('without a contract that covers it nothing is exposed', () => {
  const because = 'usecase/buy needs it';
  const touched = { contract: 'servicecontract/sales', title: 'Sales', because } as const;
  const outside = { ...touched, scope: 'outside', effect: 'none' } as const;
  expect(exposure({ contracts: [outside], clocks: [] })).toBeUndefined();
  const inside = { ...touched, scope: 'inside', effect: 'none' } as const;
  expect(exposure({ contracts: [inside], clocks: [] })).toBe('Sales');
});
