import { expect, test } from 'vitest';

import { behind } from './Counts';

const march = { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' };

test('a count opens the list of what it counts: neither merged nor cancelled, over or not', () => {
  const opened = behind(march, { priority: 'P1' }, false);
  expect(opened).toMatchObject({ ...march, open: 'all', potential: 'false', priority: 'P1' });
  expect(opened?.stage?.split(',')).not.toContain('merged');
  const byHand = behind(march, {}, true, { cause_class: 'human' });
  expect(byHand).toEqual({
    open: 'all',
    potential: 'false',
    stage: 'resolved,closed',
    resolved_from: march.from,
    resolved_to: march.to,
    cause_class: 'human',
  });
});

test('of an item the list would be another one', () => {
  expect(behind(march, { item: 'service/shop' }, false)).toBeNull();
});
