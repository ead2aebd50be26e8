import { expect, test } from 'vitest';

import type { CoverageRow } from '../../api';
import { sorted } from './coverage-order';

const row = (name: string, criticality: string, objectives: string[] = []): CoverageRow => ({
  item: `service/${name}`,
  title: name,
  team: 'team/shop',
  criticality,
  objectives,
  contracts: [],
  contracts_above: [],
});
const names = (rows: CoverageRow[]) => rows.map((each) => each.title);
const rows = [
  row('till', 'normal', ['objective/quick']),
  row('pay', 'mission_critical'),
  row('news', 'low'),
];

test('what the business needs most comes first', () => {
  expect(names(sorted(rows))).toEqual(['pay', 'till', 'news']);
});

test('a header sorts both ways, and equals by name', () => {
  expect(names(sorted(rows, 'objectives'))).toEqual(['news', 'pay', 'till']);
  expect(names(sorted(rows, '-objectives'))).toEqual(['till', 'news', 'pay']);
});

test('an unknown order leaves the rows as they came', () => {
  expect(names(sorted(rows, 'nothing'))).toEqual(['till', 'pay', 'news']);
});
