import { expect, test } from 'vitest';

import type { JournalEntry } from '../../api';
import { aboutOf } from './about';

const entry = (seq: number, subject: string, more: Partial<JournalEntry> = {}): JournalEntry => ({
  seq,
  subject,
  at: '2026-11-28T10:00:00Z',
  actor: 'system:courier',
  kind: 'page.attempted',
  title: '',
  data: {},
  ...more,
});
const about = (activity: JournalEntry[]) => {
  const of = aboutOf({ activity, incidents: [] });
  return activity.map((each) => of(each)?.id);
};

test('calls and clocks lead to the incident that they or what they follow from names', () => {
  expect(
    about([
      entry(9, 'page:pag_1'),
      entry(8, 'page:pag_1', { data: { incident: 'inc_1' } }),
      entry(7, 'clocks:clk_2'),
      entry(6, 'clocks:clk_2', { cause: 5 }),
      entry(5, 'incident:inc_2'),
    ]),
  ).toEqual(['inc_1', 'inc_1', 'inc_2', 'inc_2', 'inc_2']);
});

test('what leads nowhere has no link', () => {
  expect(about([entry(2, 'page:pag_1'), entry(1, 'account:ada')])).toEqual([undefined, undefined]);
});
