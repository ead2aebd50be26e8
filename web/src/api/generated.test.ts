// @vitest-environment node
import { readFileSync } from 'node:fs';

import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { expect, test } from 'vitest';

test('generated.ts is what openapi.json gives; after a change run npm run api', async () => {
  const document = readFileSync('openapi.json', 'utf8');
  const made = COMMENT_HEADER + astToString(await openapiTS(document));
  expect(made.trim() === readFileSync('src/api/generated.ts', 'utf8').trim()).toBe(true);
}, 30_000);
