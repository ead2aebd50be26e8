import { useQuery } from '@tanstack/react-query';

import { objectives } from '../../api';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { LeftOut } from '../contracts/LeftOut';
import { VerdictMark } from '../contracts/Marks';
import { percent } from '../contracts/say';

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
                { header: 'Reached', align: 'end', cell: (row) => percent(row.reached_percent) },
                {
                  header: 'Target then',
                  align: 'end',
                  cell: (row) => percent(row.target_percent),
                },
                {
                  header: 'Bad',
                  align: 'end',
                  cell: (row) => `${count(row.bad)} of ${count(row.total)}`,
                },
                { header: 'Left out', cell: (row) => <LeftOut lines={row.excluded ?? []} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}

const count = (value: number) => Math.round(value).toLocaleString('en-GB');
