import { NumberInput, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { objectives, type Objective } from '../../api';
import { Failure } from '../../kit/QueryState';
import { Panel } from '../../ui/Panel';
import styles from './objectives.module.css';

/** Windows that people ask for. */
export const windows = [
  { value: '7d', label: '7 days' },
  { value: '28d', label: '28 days' },
  { value: '30d', label: '30 days' },
  { value: '90d', label: '90 days' },
  { value: 'week', label: 'a week' },
  { value: 'month', label: 'a month' },
  { value: 'quarter', label: 'a quarter' },
  { value: 'year', label: 'a year' },
];

/** What another target or window would have come to, with what was counted, as one types. */
export function WhatIf({ objective }: { objective: Objective }) {
  const [target, setTarget] = useState<number>(objective.target);
  const [window, setWindow] = useState(objective.window);
  const [asked] = useDebouncedValue({ target, window }, 200);
  const valid = asked.target > 0 && asked.target <= 100;
  const query = useQuery({
    ...objectives.whatIf(objective.name, asked.target, asked.window),
    enabled: valid,
  });
  const known = windows.some((each) => each.value === objective.window);
  const data = known ? windows : [{ value: objective.window, label: objective.window }, ...windows];
  return (
    <Panel title="What if">
      <div className={styles.whatIf}>
        <NumberInput
          size="xs"
          label="Target in percent"
          value={target}
          min={50}
          max={100}
          step={0.05}
          decimalScale={5}
          onChange={(value) => setTarget(typeof value === 'number' ? value : Number(value) || 0)}
          error={target > 0 && target <= 100 ? undefined : 'Write a share such as 99.9'}
        />
        <Select
          size="xs"
          label="Window"
          value={window}
          allowDeselect={false}
          data={data}
          onChange={(value) => value && setWindow(value)}
        />
        <div aria-live="polite">
          {query.isError ? (
            <Failure error={query.error} />
          ) : (
            query.data && (
              <>
                <p className={styles.answer}>{query.data.sentence}</p>
                <p>{query.data.explained.budget}</p>
                <p>{query.data.explained.burn}</p>
              </>
            )
          )}
        </div>
      </div>
    </Panel>
  );
}
