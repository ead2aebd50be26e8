import { expect, test } from 'vitest';

import type { ComplianceFigures } from '../../api';
import { chartOf } from './AllowanceChart';

const figures = {
  period: { name: '2026-03', from: '2026-03-01T00:00:00Z', until: '2026-04-01T00:00:00Z' },
  allowance_seconds: 2000,
  lines: [
    {
      kind: 'down',
      from: '2026-03-05T00:00:00Z',
      to: '2026-03-05T00:10:00Z',
      counted_seconds: 600,
      incident: { id: 'inc_1', number: 7, title: 'down' },
    },
    {
      kind: 'maintenance',
      from: '2026-03-06T00:00:00Z',
      to: '2026-03-06T01:00:00Z',
      counted_seconds: 3600,
    },
  ],
} as unknown as ComplianceFigures;

test('the allowance falls only while something counts', () => {
  const chart = chartOf(figures, '2026-03-10T00:00:00Z');
  expect(chart?.points.map((point) => point[1])).toEqual([2000, 2000, 1400, 1400]);
  expect(chart?.marks.map((mark) => mark.name)).toEqual(['#7']);
  expect(chart?.points.at(-1)?.[0]).toBe(Date.parse('2026-03-10T00:00:00Z'));
});

test('without an allowance there is nothing to draw', () => {
  expect(chartOf({ ...figures, allowance_seconds: null }, '2026-03-10T00:00:00Z')).toBeNull();
});
