import { expect, test } from 'vitest';

import type { Edge } from '../../api';
import { needed } from './relations';

const edge = (to: string, group?: string, need?: number): Edge => ({
  from: 'component/orders-db',
  to,
  type: 'depends_on',
  ...(group === undefined ? {} : { group }),
  ...(need === undefined ? {} : { need }),
});

test('a group says how many of it are needed, behind what is needed by itself', () => {
  const found = needed([
    edge('component/node-1', 'nodes', 2),
    edge('site/frankfurt'),
    edge('component/node-2', 'nodes', 2),
    edge('component/node-3', 'nodes', 2),
    edge('component/link', 'links', 1),
  ]);
  expect(found.map((each) => [each.title, each.edges.map((own) => own.to)])).toEqual([
    [null, ['site/frankfurt']],
    [
      'Group nodes: 2 of 3 are needed',
      ['component/node-1', 'component/node-2', 'component/node-3'],
    ],
    ['Group links: 1 of 1 is needed', ['component/link']],
  ]);
});

test('a group without a name says only what is known of it', () => {
  expect(needed([edge('component/a', undefined, 1)])[0]?.title).toBe(
    'Of a group without a name 1 is needed',
  );
});
