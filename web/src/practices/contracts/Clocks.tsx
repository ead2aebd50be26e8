import { Link } from '@tanstack/react-router';

import type { ClockReport } from '../../api';
import { PriorityBadge } from '../../kit/Badges';
import { SimpleTable } from '../../kit/SimpleTable';
import { words } from '../../kit/words';
import { absolute } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './contracts.module.css';
import { percent } from './say';

/** What became of the clocks: how soon people acted, with every one that was missed. */
export function Clocks({ report }: { report: ClockReport }) {
  if (report.rows.length === 0) {
    return (
      <Panel title="How soon people acted">
        <div className={styles.sub}>
          No clock of this contract ran out or stopped in this period.
        </div>
      </Panel>
    );
  }
  const named = [
    ...report.missed.map((run) => ({ run, what: 'Missed' })),
    ...report.excluded.map((run) => ({ run, what: run.excluded ?? 'Left out' })),
  ];
  return (
    <Panel title="How soon people acted" flush>
      <SimpleTable
        label="Clocks by priority"
        rows={report.rows}
        rowKey={(row) => `${row.clock} ${row.priority}`}
        columns={[
          { header: 'Clock', cell: (row) => words(row.clock) },
          { header: 'Priority', cell: (row) => <PriorityBadge priority={row.priority} /> },
          { header: 'Met', align: 'end', cell: (row) => row.met },
          { header: 'Missed', align: 'end', cell: (row) => row.missed },
          { header: 'Runs', align: 'end', cell: (row) => row.open },
          { header: 'Left out', align: 'end', cell: (row) => row.excluded },
          { header: 'Attained', align: 'end', cell: (row) => percent(row.attained_percent, 1) },
        ]}
      />
      {named.length > 0 && (
        <SimpleTable
          label="Clocks that were missed or left out"
          rows={named}
          rowKey={({ run }) => `${run.clock} ${run.incident.id} ${run.started_at}`}
          columns={[
            {
              header: 'Incident',
              cell: ({ run }) => (
                <Link to="/incidents/$id" params={{ id: run.incident.id }}>
                  #{run.incident.number} {run.incident.title}
                </Link>
              ),
            },
            { header: 'Clock', cell: ({ run }) => words(run.clock) },
            { header: 'What', cell: ({ what }) => what },
            { header: 'Due', cell: ({ run }) => (run.due_at ? absolute(run.due_at) : 'Never') },
            {
              header: 'Stopped',
              cell: ({ run }) => (run.stopped_at ? absolute(run.stopped_at) : 'Runs'),
            },
          ]}
        />
      )}
    </Panel>
  );
}
