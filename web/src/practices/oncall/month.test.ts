import { describe, expect, test } from 'vitest';

import { dateOf, daysOf, monthLater, shownDates, within } from './month';

const HOUR = 3_600_000;

describe('a calendar', () => {
  test('shows whole weeks from Monday on', () => {
    const month = shownDates('2026-11-18', 'month');
    expect([month[0], month[month.length - 1], month.length]).toEqual([
      '2026-10-26',
      '2026-12-06',
      42,
    ]);
    const week = shownDates('2026-11-18', 'week');
    expect([week[0], week[6], week.length]).toEqual(['2026-11-16', '2026-11-22', 7]);
  });

  test('goes from month to month, also from its last day', () => {
    expect(monthLater('2026-01-31', 1)).toBe('2026-02-28');
    expect(monthLater('2026-01-15', -1)).toBe('2025-12-15');
  });

  test('has the days of a zone, of 23 and 25 hours where the clocks change', () => {
    const days = daysOf(shownDates('2026-10-25', 'week'), 'Europe/Berlin');
    expect(days.map((day) => day.date)).toEqual(shownDates('2026-10-25', 'week'));
    expect(days.map((day) => (day.until - day.from) / HOUR)).toEqual([24, 24, 24, 24, 24, 24, 25]);
    for (const zone of ['Pacific/Kiritimati', 'Pacific/Niue', 'Asia/Kathmandu', 'UTC']) {
      const dates = shownDates('2026-11-18', 'month');
      expect(daysOf(dates, zone).map((day) => day.date)).toEqual(dates);
    }
  });

  test('knows which date it is where', () => {
    const at = Date.parse('2026-11-30T23:30:00Z');
    expect(dateOf(at, 'UTC')).toBe('2026-11-30');
    expect(dateOf(at, 'Europe/Berlin')).toBe('2026-12-01');
  });

  test('cuts what lies in a day to it', () => {
    const turn = { from: '2026-11-29T20:00:00Z', until: '2026-11-30T08:00:00Z' };
    const day = Date.parse('2026-11-30T00:00:00Z');
    const [found] = within([turn], day, day + 24 * HOUR);
    expect([found?.from, found?.until]).toEqual([day, day + 8 * HOUR]);
    expect(within([turn], day + 8 * HOUR, day + 24 * HOUR)).toEqual([]);
  });
});
