import { expect, test } from 'vitest';

import type { AlertHistory, AlertSpell } from '../../api';
import { firing, lookedAt, placed } from './spans';

const at = (minute: number) => new Date(minute * 60_000).toISOString();

function spell(changes: AlertSpell['changes'], ended: number | null): AlertSpell {
  return {
    seq: 1,
    started_at: at(10),
    began_at: at(10),
    ended_at: ended === null ? null : at(ended),
    closed_at: null,
    cleared_why: null,
    acknowledged_at: null,
    acknowledged_by: null,
    incident: null,
    changes,
  };
}

const row = (one: AlertSpell): AlertHistory => ({
  id: 'alr_1',
  name: 'DiskFull',
  summary: '',
  severity: 'warning',
  state: 'closed',
  source: 'prometheus',
  item: null,
  team: null,
  labels: {},
  first_seen: at(10),
  began_at: at(10),
  ended_at: null,
  fired_count: 1,
  acknowledged: true,
  spells: [one],
  silenced: [],
});

test('what somebody let go of is looked at no longer, and what they hold until it ends', () => {
  const change = (minute: number, to: AlertSpell['changes'][number]['to']) => ({
    at: at(minute),
    to,
    by: 'person:ada',
  });
  const changes = [
    change(10, 'open'),
    change(12, 'acknowledged'),
    change(15, 'unacknowledged'),
    change(18, 'acknowledged_in_incident'),
    change(19, 'acknowledged'),
    change(30, 'cleared'),
  ];
  const minutes = (ended: number | null) =>
    lookedAt(row(spell(changes, ended)), 40 * 60_000).map((span) => [
      span.from / 60_000,
      span.to / 60_000,
    ]);
  expect(minutes(30)).toEqual([
    [12, 15],
    [18, 30],
  ]);
  expect(minutes(null)).toEqual([
    [12, 15],
    [18, 40],
  ]);
});

test('a strip cuts off what lies outside of its time', () => {
  const spans = firing(row(spell([], 30)), 0);
  const minute = 60_000;
  expect(placed(spans, { from: 20 * minute, to: 40 * minute })).toEqual([{ left: 0, width: 0.5 }]);
  expect(placed(spans, { from: 31 * minute, to: 40 * minute })).toEqual([]);
});
