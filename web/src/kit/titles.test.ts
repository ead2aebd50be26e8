import { expect, test } from 'vitest';

import { withTitles } from './titles';

test('the items in a sentence are named by their titles', () => {
  const titles: Record<string, string> = { 'service/orders': 'Orders', 'component/db-1': 'Node 1' };
  expect(
    withTitles(
      'service/orders depends on component/db-1; enough are left',
      (item) => titles[item] ?? item,
    ),
  ).toBe('Orders depends on Node 1; enough are left');
});
