import { describe, expect, test } from 'vitest';

import { minutesText, readMinutes } from './spans';

describe('minutes', () => {
  test.each([
    ['90', 90],
    ['1h 30m', 90],
    [' 2 d ', 2880],
    ['1d4h30min', 1710],
    ['', null],
    ['soon', null],
    ['1h soon', null],
    ['-5', null],
  ])('"%s" is %s', (text, wanted) => {
    expect(readMinutes(text)).toBe(wanted);
  });

  test.each([1, 15, 60, 90, 1440, 1710, 43200])('%i are read as they are written', (minutes) => {
    expect(readMinutes(minutesText(minutes))).toBe(minutes);
  });
});
