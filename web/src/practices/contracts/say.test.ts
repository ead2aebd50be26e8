import { expect, test } from 'vitest';

import { bare, percent, span } from './say';

test('a share is cut, so that what was not reached is never shown as reached', () => {
  expect(percent(99.8996)).toBe('99.899 %');
  expect(percent(99.9)).toBe('99.9 %');
  expect(percent(100)).toBe('100 %');
  expect(percent(null)).toBe('–');
});

test('service time is told in hours and minutes, with its sign', () => {
  expect(span(44640)).toBe('12 h 24 min');
  expect(span(2678.4)).toBe('44 min 38 s');
  expect(span(-90)).toBe('−1 min 30 s');
  expect(span(-0.2)).toBe('0 s');
});

test('a contract is called by its name', () => {
  expect(bare('servicecontract/shop')).toBe('shop');
});
