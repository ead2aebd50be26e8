import { describe, expect, test } from 'vitest';

import { grouped } from './gaps';

const gap = (day: number, from: string, until: string) => {
  const date = `2026-11-${String(day).padStart(2, '0')}`;
  return { from: `${date}T${from}:00Z`, until: `${date}T${until}:00Z`, asked_by: 'calendar/a' };
};

describe('gaps', () => {
  test('that come again at the same hours are one line', () => {
    const week = [2, 3, 4, 5, 6].map((day) => gap(day, '08:00', '09:00'));
    const found = grouped([...week, gap(3, '12:00', '13:00')], 'UTC');
    expect(found.map((group) => [group.again, group.gaps.length])).toEqual([
      ['Mon–Fri, 08:00–09:00', 5],
      [null, 1],
    ]);
  });

  test('are told in hours of the zone', () => {
    const found = grouped(
      [1, 2, 3, 4, 5, 6, 7].map((day) => gap(day, '08:00', '09:00')),
      'Europe/Berlin',
    );
    expect(found.map((group) => group.again)).toEqual(['every day, 09:00–10:00']);
    const some = grouped(
      [2, 4, 9].map((day) => gap(day, '08:00', '09:00')),
      'UTC',
    );
    expect(some[0]?.again).toBe('Mon, Wed, 08:00–09:00');
  });

  test('of whole days stay apart', () => {
    const whole = [2, 9, 16].map((day) => ({
      ...gap(day, '00:00', '23:00'),
      until: `2026-11-${String(day + 1).padStart(2, '0')}T00:00:00Z`,
    }));
    expect(grouped(whole, 'UTC')).toHaveLength(3);
  });
});
