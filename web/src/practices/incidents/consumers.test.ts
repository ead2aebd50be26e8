import { expect, test } from 'vitest';

import { hitBy } from './consumers';

test('each consumer that is hit is named once, with every contract that covers it', () => {
  const touched = (contract: string, consumer: string | null, scope: 'inside' | 'outside') => ({
    contract: `servicecontract/${contract}`,
    title: contract,
    consumer,
    scope,
  });
  const hits = hitBy([
    touched('sales', 'team/sales', 'inside'),
    touched('tills', 'team/sales', 'inside'),
    touched('old', null, 'inside'),
    touched('office', 'team/office', 'outside'),
  ]);
  expect(hits.map(({ consumer, contracts }) => [consumer, contracts.length])).toEqual([
    ['team/sales', 2],
  ]);
});
