import { expect, test } from 'vitest';

import { staleKeys } from './live';

const names = (subjects: string[]) => staleKeys(subjects).map((key) => key.join('/'));

test('a change of an incident makes queue, pages, estate and reports stale', () => {
  expect(names(['incident:inc_1'])).toEqual([
    'overview',
    'incidents/list',
    'clocks',
    'reports',
    'incidents/one',
    'estate',
    'contracts',
  ]);
});

test('a change of an item makes what is drawn from the estate stale, and the settings that list people', () => {
  expect(names(['item:service/orders'])).toEqual([
    'overview',
    'estate',
    'contracts',
    'objectives',
    'settings',
  ]);
});

test('an account concerns the settings only', () => {
  expect(names(['account:ada'])).toEqual(['overview', 'settings']);
});

test('a silence makes silences and alerts stale, and no settings', () => {
  expect(names(['silence:sil_1'])).toEqual(['overview', 'alerts', 'silences']);
});

test('a heartbeat that is missed or made concerns the heartbeats', () => {
  expect(names(['heartbeat:hbt_1'])).toEqual(['overview', 'heartbeats']);
});

test('after a gap everything is stale', () => {
  expect(staleKeys([], true).length).toBeGreaterThan(5);
});
