import { describe, expect, test } from 'vitest';

import { browserName, printOf } from './browser';

describe('a browser is named so that its owner knows it', () => {
  const apple = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15';
  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
      'Chrome on Android',
    ],
    ['Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge on Windows'],
    [`${apple} Version/18.0 Mobile/15E148 Safari/604.1`, 'Safari on iPhone'],
    ['something else', 'Browser'],
  ])('%s', (agent, name) => expect(browserName(agent)).toBe(name));
});

test('the print of an endpoint is what the server makes of it', async () => {
  // The beginning of SHA-256 of "abc", FIPS 180-2.
  expect(await printOf('abc')).toBe('ungWv48Bz-pBQUDe');
});
