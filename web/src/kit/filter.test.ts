import { expect, test } from 'vitest';

import { changed, filterCount, many, only } from './filter';

test('only known names come out of an address, as texts', () => {
  expect(only('q', 'open')({ q: 'db', open: true, other: 'x' })).toEqual({ q: 'db', open: 'true' });
  expect(only('q')({ q: '' })).toEqual({});
});

test('a filter is set, and left out when it is empty', () => {
  expect(changed({ q: 'db', sort: '-x' }, 'q', null)).toEqual({ sort: '-x' });
  expect(changed<{ q?: string }>({}, 'q', 'a')).toEqual({ q: 'a' });
});

test('lists travel with commas', () => {
  expect(many('P1,P2')).toEqual(['P1', 'P2']);
  expect(many(undefined)).toEqual([]);
});

test('search and order do not count as filters', () => {
  expect(filterCount({ q: 'db', sort: 'x', phase: 'detect', team: '' })).toBe(1);
});
