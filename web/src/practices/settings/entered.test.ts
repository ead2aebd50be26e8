import { expect, test } from 'vitest';

import { entered } from './entered';

test('a secret that was begun and emptied again is left as it is', () => {
  expect(entered({ token: '', url: 'https://chat.example.org' })).toEqual({
    url: 'https://chat.example.org',
  });
});
