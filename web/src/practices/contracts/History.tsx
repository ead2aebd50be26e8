import { Link } from '@tanstack/react-router';

import type { ContractDetail } from '../../api';
import { type SimpleColumn, SimpleTable } from '../../kit/SimpleTable';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { ConsumableMark } from './Consumable';
import styles from './contracts.module.css';
import { VerdictMark } from './Marks';
import { percent, span } from './say';

type Past = ContractDetail['history'][number];

/** Whether each could be consumed as agreed, where the terms of any name checks. */
function consumable(periods: Past[]): SimpleColumn<Past>[] {
  if (periods.every((past) => !past.consumable)) return [];
  const cell = (past: Past) =>
    past.consumable ? <ConsumableMark answer={past.consumable} /> : 'No checks';
  return [{ header: 'Consumable', cell }];
}

/** Every period that is over, each leading to its report. */
export function History({ name, periods }: { name: string; periods: ContractDetail['history'] }) {
  return (
    <Panel title="Periods before" count={periods.length || undefined} flush>
      {periods.length === 0 ? (
        <EmptyState title="No period is over yet">
          When the first one ends, its figures stand here and can be closed.
        </EmptyState>
      ) : (
        <SimpleTable
          label="Periods before"
          rows={periods}
          rowKey={(past) => past.period.name}
          columns={[
            {
              header: 'Period',
              cell: (past) => (
                <Link
                  to="/contracts/$name/report"
                  params={{ name }}
                  search={{ period: past.period.name }}
                >
                  {past.period.name}
                </Link>
              ),
            },
            { header: 'Verdict', cell: (past) => <VerdictMark verdict={past.verdict} /> },
            {
              header: 'Reached',
              align: 'end',
              cell: (past) => percent(past.measured_percent),
            },
            { header: 'Promised', align: 'end', cell: (past) => percent(past.target_percent) },
            { header: 'Down', align: 'end', cell: (past) => span(past.down_seconds) },
            { header: 'Failures', align: 'end', cell: (past) => past.failures },
            ...consumable(periods),
            {
              header: 'Closed',
              cell: (past) =>
                past.closed ? past.restated ? <b>Closed, restated</b> : 'Closed' : 'Open',
            },
          ]}
        />
      )}
      <p className={styles.foot}>
        Unproven means that Operate was not looking for so long that this decides; not observed,
        that it was not looking at all.
      </p>
    </Panel>
  );
}
