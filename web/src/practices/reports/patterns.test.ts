import { expect, test } from 'vitest';

import { moved, told, usualAt } from './patterns';

const monday = { day: 1, hour: 9, seen: 4, fired: 10, expected: 2.5 };

test('an hour of the week says what is usual, or that too little is known', () => {
  expect(told(monday)).toBe('Monday, 09:00: 2.5 are usual, 10 in 4 weeks');
  expect(told({ ...monday, seen: 1, expected: null })).toBe(
    'Monday, 09:00: 10 in 1 week, too few to say what is usual',
  );
  expect(told({ ...monday, day: 7, seen: 0, expected: null })).toBe('Sunday, 09:00: not seen yet');
});

test('without a baseline the mean is drawn, and nothing for an hour that never was', () => {
  expect(usualAt(monday)).toBe(2.5);
  expect(usualAt({ ...monday, expected: null, seen: 2 })).toBe(5);
  expect(usualAt({ ...monday, expected: null, seen: 0 })).toBeNull();
});

test('arrows lead through the week and around it', () => {
  expect(moved(0, 'ArrowRight')).toBe(1);
  expect(moved(0, 'ArrowLeft')).toBe(23);
  expect(moved(0, 'ArrowUp')).toBe(6 * 24);
  expect(moved(6 * 24 + 5, 'ArrowDown')).toBe(5);
  expect(moved(30, 'Home')).toBe(24);
  expect(moved(30, 'End')).toBe(47);
  expect(moved(30, 'Enter')).toBeNull();
});
