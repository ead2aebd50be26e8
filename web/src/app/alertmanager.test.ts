import { expect, test } from 'vitest';

import { fromAlertmanager } from './alertmanager';

test('links of Alertmanager lead to where the same is found here', () => {
  for (const [hash, here] of [
    ['#/alerts?receiver=ops%20%26%20co', '/alerts?receiver=ops+%26+co'],
    [
      '#/alerts?silenced=false&inhibited=false&active=true&filter=%7Bseverity%3D%22critical%22%7D',
      '/alerts?matching=severity%3D%22critical%22&silenced=false',
    ],
    ['#/alerts', '/alerts'],
    ['#/silences/0195f3a0-1111-7222-8333-444455556666', '/silences'],
    ['#/status', '/alerts/routing'],
    ['#section', undefined],
    ['', undefined],
  ] as const) {
    expect(fromAlertmanager(hash), hash).toBe(here);
  }
});
