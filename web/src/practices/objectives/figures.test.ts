import { describe, expect, it } from 'vitest';

import { amount, burn, left, percent, targetSteps, unknownSpans, windowText } from './figures';

describe('figures of objectives', () => {
  it('writes shares with as many places as tell them from their neighbours', () => {
    expect([1, 0.5, 0.999, 0.9995, 0.99995, 0].map((share) => percent(share))).toEqual([
      '100 %',
      '50 %',
      '99.9 %',
      '99.95 %',
      '99.995 %',
      '0 %',
    ]);
    expect(percent(null)).toBe('–');
  });

  it('shows an overspent budget as less than nothing', () => {
    expect(left(-0.5)).toBe('-50 %');
    expect(burn(14.44)).toBe('14.4×');
  });

  it('counts events or time, as the objective does', () => {
    expect(amount({ counts_time: false }, 1_234_567)).toBe('1,234,567');
    expect(amount({ counts_time: true }, 90)).toBe('1 min 30 s');
    expect(windowText('month')).toBe('a month');
    expect(windowText('28d')).toBe('28d');
  });

  it('joins what is unknown one after the other', () => {
    const at = (minute: number) => new Date(minute * 60_000).toISOString();
    const point = (from: number, unknown_share: number) => ({
      from: at(from),
      until: at(from + 1),
      unknown_share,
    });
    expect(unknownSpans([point(0, 1), point(1, 0.6), point(2, 0.1), point(3, 1)])).toEqual([
      [0, 120_000],
      [180_000, 240_000],
    ]);
  });

  it('draws a target as it held, with a step at each change', () => {
    const day = (number: number) => `2026-01-0${number}T00:00:00Z`;
    const points = [{ from: day(2), until: day(4) }];
    const held = [
      { from: day(3), target: 99.5 },
      { from: day(1), target: 99 },
    ];
    const at = (number: number) => Date.parse(day(number));
    expect(targetSteps(held, points)).toEqual([
      [at(2), 0.99],
      [at(3), 0.995],
      [at(4), 0.995],
    ]);
    expect(targetSteps(held.slice(0, 1), points).map(([, share]) => share)).toEqual([0.995, 0.995]);
    expect(targetSteps([], points)).toEqual([]);
  });
});
