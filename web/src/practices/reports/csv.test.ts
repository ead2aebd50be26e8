import { expect, test } from 'vitest';

import type { TimesReport } from '../../api';
import { csv } from './csv';

test('every incident behind a figure is a line, and no cell is run as a formula', () => {
  const report: TimesReport = {
    from: '2026-01-01T00:00:00Z',
    to: '2026-02-01T00:00:00Z',
    figures: [
      {
        name: 'resolve',
        title: 'Time to resolve',
        from: 'detected',
        to: 'resolved',
        n: 1,
        excluded: [{ incident: 'inc_2', number: 2, why: 'bad times' }],
        incidents: [
          {
            id: 'inc_1',
            number: 1,
            title: '=HYPERLINK("x"), a "quoted" one',
            seconds: 60,
            priority: 'P1',
            item: 'service/orders',
            ended_at: '2026-01-02T00:00:00Z',
            from_detection: false,
          },
        ],
      },
    ],
    by_priority: [],
    by_item: [],
    counts: {
      opened: 1,
      resolved: 1,
      reopened: 0,
      volume: {
        opened_before: 0,
        notable: false,
        found_by_monitoring: 0,
        consumer_facing: 0,
        repeated: 0,
        user_minutes_lost: 0,
        users_unknown: 0,
        open_at_end: 0,
      },
      proven: { passed: 0, failed: 0, unchecked: 1, confirmed: 0 },
      by_cause_class: {},
      per_day: [],
    },
  };
  const lines = csv(report).split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toContain(`"'=HYPERLINK(""x""), a ""quoted"" one"`);
  expect(lines[2]).toContain('bad times');
});
