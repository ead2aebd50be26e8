import { useQuery } from '@tanstack/react-query';

import { objectives } from '../../api';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { LeftOut } from '../contracts/LeftOut';
import { VerdictMark } from '../contracts/Marks';
import { number, percent } from '../contracts/say';
import styles from './objectives.module.css';

/** What became of past periods, each judged by the target that held then. */
export function Periods({ name }: { name: string }) {
  const query = useQuery(objectives.periods(name));
  return (
    <Panel title="Periods before" flush>
      <Loaded query={query} rows={2}>
        {(found) =>
          found.items.length === 0 ? (
            <EmptyState title="Nothing was counted yet" />
          ) : (
            <SimpleTable
              label="Past periods of this objective"
              rows={found.items}
              rowKey={(row) => row.period.name}
              columns={[
                { header: 'Period', cell: (row) => row.period.name },
                { header: 'Result', cell: (row) => <VerdictMark verdict={row.verdict} /> },
                {
                  header: 'Reached',
                  align: 'end',
                  // The table stands in the narrow column: what is behind the figure goes below it.
                  cell: ({ reached_percent, bad, total, excluded = [] }) => (
                    <>
                      {percent(reached_percent)}
                      <div className={styles.behind}>
                        {number(bad)} of {number(total)} bad
                      </div>
                      {excluded.length > 0 && <LeftOut lines={excluded} />}
                    </>
                  ),
                },
                {
                  header: 'Target then',
                  align: 'end',
                  cell: (row) => percent(row.target_percent),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
