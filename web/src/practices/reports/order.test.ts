import { expect, test } from 'vitest';

import type { RuleReport } from '../../api';
import { chosen, ordered } from './order';

const rule = (name: string, fired: number, share: number | null): RuleReport => ({
  source: 'prometheus',
  name,
  fired,
  fired_share: null,
  label_sets: 1,
  over: fired,
  never_acknowledged: 0,
  never_acknowledged_share: share,
  without_action: 0,
  without_action_share: null,
  changes_per_hour: 0,
  flapping_alert: null,
  offenders: [],
  median_seconds: null,
  incidents: [],
  groups_notified: 0,
  tuning: null,
});

test('rules are sorted by what was pressed, and those without a figure come last', () => {
  const rules = [rule('b', 1, null), rule('a', 3, 0.5), rule('c', 2, 1)];
  const names = (sort: string) => ordered(rules, sort).map((each) => each.name);
  expect(names('-fired')).toEqual(['a', 'c', 'b']);
  expect(names('name')).toEqual(['a', 'b', 'c']);
  expect(names('-never')).toEqual(['c', 'a', 'b']);
  expect(names('-odd')).toEqual(['b', 'a', 'c']);
});

test('only rules with votes enough are noise', () => {
  const tuning = { source: 'p', name: 'a', task: 'tun_1', open: true, votes: 3, noisy: true };
  expect(chosen.noise.holds({ ...rule('a', 1, null), tuning })).toBe(true);
  expect(chosen.noise.holds(rule('a', 1, null))).toBe(false);
});
