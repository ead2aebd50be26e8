import { expect, test } from 'vitest';

import { absolute, dated, duration, fromLocalInput, local, localInput, relative } from './clock';

test('a length of time has two units at most, and never rounds up to the next', () => {
  expect(duration(0)).toBe('0 s');
  expect(duration(59.4)).toBe('59 s');
  expect(duration(83)).toBe('1 min 23 s');
  expect(duration(11 * 60 + 59)).toBe('11 min');
  expect(duration(3600)).toBe('1 h');
  expect(duration(3 * 3600 + 5 * 60)).toBe('3 h 5 min');
  expect(duration(2 * 86_400 + 4 * 3600 + 59)).toBe('2 d 4 h');
});

test('an age says which way it points', () => {
  expect(relative(0, 3000)).toBe('3 s ago');
  expect(relative(60_000, 0)).toBe('in 1 min');
  expect(relative(500, 900)).toBe('now');
});

test('an absolute time names its zone; what is no time is shown as it is', () => {
  expect(absolute('2026-03-01T09:05:00Z')).toMatch(/01 Mar 2026.*\d{2}:\d{2}:\d{2}.*\S+$/);
  expect(absolute('soon')).toBe('soon');
  expect(absolute('2026-03-01T09:05:00Z')).toContain(`${dated('2026-03-01T09:05:00Z')} `);
  expect(dated('soon')).toBe('soon');
});

test('a time goes to a local field and back without loss', () => {
  const at = '2026-03-29T01:30:15.000Z';
  expect(fromLocalInput(localInput(at))).toBe(at);
  expect(localInput('')).toBe('');
  expect(fromLocalInput('')).toBeNull();
  expect(local(Date.parse(at))).toBe(localInput(at).slice(0, 16));
});
