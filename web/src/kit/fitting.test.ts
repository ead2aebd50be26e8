import { describe, expect, test } from 'vitest';

import { fitting } from './fitting';

const columns = [
  { id: 'state', track: '100px' },
  { id: 'title', track: 'minmax(0, 1fr)' },
  { id: 'team', track: '140px', spare: true },
  { id: 'source', track: '80px', spare: true },
  { id: 'since', track: '90px' },
];

describe('columns that have room', () => {
  test.each([
    [606, ['state', 'title', 'team', 'source', 'since']],
    [605, ['state', 'title', 'team', 'since']],
    [514, ['state', 'title', 'team', 'since']],
    [513, ['state', 'title', 'since']],
    [362, ['state', 'title', 'since']],
    [361, undefined],
  ])('%i pixels', (width, wanted) => {
    expect(fitting(columns, width)?.map((column) => column.id)).toEqual(wanted);
  });
});
