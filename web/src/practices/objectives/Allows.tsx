import { NumberInput, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { objectives } from '../../api';
import { Failure } from '../../kit/QueryState';
import { Panel } from '../../ui/Panel';
import type { Draft } from './draft';
import styles from './objectives.module.css';

/** What the target allows, with the numbers of whoever writes it; and what it would have come to. */
export function Allows({ draft, existing }: { draft: Draft; existing: boolean }) {
  const [perDay, setPerDay] = useState<number | null>(null);
  const [asked] = useDebouncedValue({ target: draft.target, window: draft.window, perDay }, 200);
  const valid = asked.target > 0 && asked.target <= 100;
  const allowed = useQuery({
    ...objectives.budget(asked.target, asked.window, asked.perDay),
    enabled: valid,
  });
  const past = useQuery({
    ...objectives.whatIf(draft.name, asked.target, asked.window),
    enabled: valid && existing,
  });
  return (
    <Panel title="What this allows">
      <Stack gap="sm">
        <NumberInput
          label="Events on a usual day"
          description="To tell the budget in events; it is not kept"
          min={0}
          thousandSeparator=" "
          value={perDay ?? ''}
          onChange={(value) => setPerDay(value === '' ? null : Number(value))}
        />
        <div aria-live="polite">
          {allowed.isError ? (
            <Failure error={allowed.error} />
          ) : (
            allowed.data?.sentences.map((sentence) => (
              <p key={sentence} className={styles.answer}>
                {sentence}
              </p>
            ))
          )}
          {past.data && <p>{past.data.sentence}</p>}
        </div>
      </Stack>
    </Panel>
  );
}
