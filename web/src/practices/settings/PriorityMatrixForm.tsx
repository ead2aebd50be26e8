import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import {
  type Level,
  type Priority,
  type PriorityMatrix,
  settings,
  type Versioned,
} from '../../api';
import { PriorityBadge } from '../../kit/Badges';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { words } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './settings.module.css';
import { useDraft } from './useDraft';

const levels: Level[] = ['high', 'medium', 'low'];
const priorities: Priority[] = ['P1', 'P2', 'P3', 'P4', 'P5'];

/** Impact and urgency give the priority. */
export function PriorityMatrixForm() {
  const query = useQuery(settings.matrix());
  return (
    <>
      <p className={styles.intro}>
        Impact says how much is hit, urgency how fast it grows worse. The matrix turns both into the
        order of work. A new matrix applies to incidents from now on.
      </p>
      <Panel title="Priority matrix">
        <Loaded query={query} rows={4}>
          {(found) => <Form found={found} />}
        </Loaded>
      </Panel>
    </>
  );
}

function Form({ found }: { found: Versioned<PriorityMatrix> }) {
  const form = useDraft(found, settings.saveMatrix);
  const { cells } = form.draft;
  const set = (impact: Level, urgency: Level, value: string) => {
    const priority = priorities.find((each) => each === value);
    if (!priority) return;
    form.setDraft(({ cells }) => ({
      cells: { ...cells, [impact]: { ...cells[impact], [urgency]: priority } },
    }));
  };
  return (
    <>
      <Refusal problem={form.problem} reload={form.reload} />
      <div style={{ overflowX: 'auto' }}>
        <table className={styles.matrix}>
          <caption style={{ textAlign: 'left', captionSide: 'bottom' }} className={styles.sub}>
            Rows: impact. Columns: urgency.
          </caption>
          <thead>
            <tr>
              <td />
              {levels.map((urgency) => (
                <th key={urgency} scope="col">
                  {words(urgency)} urgency
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {levels.map((impact) => (
              <tr key={impact}>
                <th scope="row">{words(impact)} impact</th>
                {levels.map((urgency) => (
                  <td key={urgency}>
                    <div className={styles.matrixCell}>
                      <PriorityBadge priority={cells[impact][urgency]} />
                      <NativeSelect
                        size="xs"
                        w={64}
                        aria-label={`${words(impact)} impact, ${urgency} urgency`}
                        data={priorities}
                        value={cells[impact][urgency]}
                        onChange={(event) => set(impact, urgency, event.currentTarget.value)}
                      />
                    </div>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Button
        mt="sm"
        disabled={!form.changed}
        loading={form.pending}
        onClick={() => void form.send()}
      >
        Save the matrix
      </Button>
    </>
  );
}
