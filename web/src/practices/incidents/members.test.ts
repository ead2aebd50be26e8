import { expect, test } from 'vitest';

import type { Member } from '../../api';
import { arranged, mainText, overText } from './members';

const member = (alert: string, more: Partial<Member> = {}): Member => ({
  alert,
  title: alert,
  severity: 'critical',
  reason: 'it is related',
  primary: false,
  joined_at: '2026-11-28T10:00:00Z',
  detached: false,
  ...more,
});
const cleared = { cleared_at: '2026-11-28T10:05:00Z' };
const names = (members: readonly Member[]) => members.map((each) => each.alert);

test('what fires comes first, the main alert before it, and what is over is set apart', () => {
  const found = arranged([
    member('cleared', cleared),
    member('firing'),
    member('out', { detached: true }),
    member('main', { primary: true }),
  ]);
  expect(names(found.firing)).toEqual(['main', 'firing']);
  expect(names(found.over)).toEqual(['cleared', 'out']);
  expect(found.here).toBe(3);
  expect(overText(found.over)).toBe('1 cleared alert and 1 detached alert');
});

test('the main alert stays in view when all is over', () => {
  const found = arranged([member('a', cleared), member('main', { ...cleared, primary: true })]);
  expect(names(found.firing)).toEqual(['main']);
  expect(overText(found.over)).toBe('1 cleared alert');
});

test('the main alert says why its item is the main one, not that it came first', () => {
  const main = member('main', { item: 'component/orders-db', primary: true });
  expect(mainText(main, '10 of the 13 other items that were hit depend on it')).toBe(
    'Main alert, on orders-db: 10 of the 13 other items that were hit depend on it',
  );
  expect(mainText(main, '')).toBe('Main alert, on orders-db');
});
