import { expect, test } from 'vitest';

import { logRange } from './logarithmic';

test('times below a second have room under 1 s, and the axis rises', () => {
  expect(logRange([0.02, null])).toEqual({ min: 0.1, max: 10 });
  expect(logRange([0.4, 7200])).toEqual({ min: 0.1 });
});

test('longer times begin at 1 s', () => {
  expect(logRange([40, 7200, null])).toEqual({ min: 1 });
  expect(logRange([1, 1])).toEqual({ min: 1, max: 10 });
});
