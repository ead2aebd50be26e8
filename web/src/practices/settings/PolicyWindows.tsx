import { Button, NumberInput, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { type Policy, settings } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { words } from '../../kit/words';
import { duration } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './settings.module.css';

const meaning: Record<string, string> = {
  correlation_window_seconds:
    'Alerts on connected items that come within this time of each other become one incident.',
  reopen_window_seconds:
    'An alert that returns within this time after the restoration reopens the incident; later it opens a new one.',
  restore_after_clear_seconds:
    'When all alerts have been clear for this long, the incident counts as restored.',
  close_after_resolved_days: 'A resolved incident closes by itself after these days.',
  resolve_timeout_seconds:
    'An alert that its source neither repeats nor ends counts as cleared after this time.',
};

/** The spans of time by which incidents open, restore, reopen and close on their own. */
export function PolicyWindows() {
  const query = useQuery(settings.policy());
  return (
    <Panel title="Windows of time">
      <Loaded query={query} rows={4}>
        {(policy) => <Form key={JSON.stringify(policy)} stored={policy} />}
      </Loaded>
    </Panel>
  );
}

function Form({ stored }: { stored: Policy }) {
  const [values, setValues] = useState(stored);
  const { run, pending, problem, reload } = useSend(() => settings.savePolicy(values));
  const changed = JSON.stringify(values) !== JSON.stringify(stored);
  return (
    <Stack gap="md" maw={560}>
      <Refusal problem={problem} reload={reload} kept />
      {Object.entries(values)
        .filter(([, value]) => typeof value === 'number')
        .map(([name, value]) => {
          const seconds = name.endsWith('_seconds');
          return (
            <div key={name}>
              <NumberInput
                label={words(name.replace(/_(seconds|days)$/, ''))}
                description={meaning[name]}
                suffix={seconds ? ' s' : name.endsWith('_days') ? ' days' : ''}
                min={0}
                allowNegative={false}
                allowDecimal={false}
                value={value}
                onChange={(next) =>
                  setValues((before) => ({ ...before, [name]: Number(next) || 0 }))
                }
                error={problem?.details.field === name ? problem.message : undefined}
              />
              {seconds && value >= 60 && <div className={styles.sub}>{duration(value)}</div>}
            </div>
          );
        })}
      <div>
        <Button disabled={!changed} loading={pending} onClick={() => void run()}>
          Save
        </Button>
      </div>
    </Stack>
  );
}
