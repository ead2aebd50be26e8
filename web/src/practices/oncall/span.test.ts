import { describe, expect, test } from 'vitest';

import { days, place, timeAt } from './span';

const at = (text: string) => Date.parse(text);

describe('a timeline', () => {
  test('cuts off what lies outside', () => {
    expect(place(-5, 5, 0, 10)).toEqual({ left: 0, width: 50 });
    expect(place(5, 50, 0, 10)).toEqual({ left: 50, width: 50 });
  });

  test('is picked from on half hours', () => {
    const begin = at('2026-11-27T00:00:00Z');
    const end = at('2026-11-28T00:00:00Z');
    expect(timeAt(0.51, begin, end)).toBe(at('2026-11-27T12:00:00Z'));
    expect(timeAt(7, begin, end)).toBe(end);
  });

  test('has days of 23 and 25 hours where the clocks change', () => {
    const zone = 'Europe/Berlin';
    const spring = days(at('2026-03-28T10:00:00Z'), at('2026-03-30T10:00:00Z'), zone);
    expect(spring.map((day) => new Date(day).toISOString())).toEqual([
      '2026-03-27T23:00:00.000Z',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ]);
    const autumn = days(at('2026-10-24T10:00:00Z'), at('2026-10-26T10:00:00Z'), zone);
    expect(autumn.map((day) => new Date(day).toISOString())).toEqual([
      '2026-10-23T22:00:00.000Z',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
  });
});
