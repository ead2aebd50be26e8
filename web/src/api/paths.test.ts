import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

/** The description of the API as the server generates it; `npm run api` makes types from it. */
function described(): Record<string, Record<string, unknown>> {
  const text = readFileSync('openapi.json', 'utf8');
  const document = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
  return document.paths;
}

test('every call that the web makes is in the description of the API', () => {
  const paths = described();
  const source = readFileSync('src/api/paths.ts', 'utf8');
  const asked = [...source.matchAll(/'(\/api\/v1\/[^']+)': \{([\s\S]*?)\n? {0,2}\};/g)];
  expect(asked.length).toBeGreaterThan(25);
  const missing = asked.flatMap(([, path = '', methods = '']) =>
    [...methods.matchAll(/\b(get|post|put|delete): (?:Op|Open)</g)]
      .map(([, method = '']) => method)
      .filter((method) => !paths[path]?.[method])
      .map((method) => `${method} ${path}`),
  );
  expect(missing).toEqual([]);
});
