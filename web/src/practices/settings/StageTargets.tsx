import { TextInput } from '@mantine/core';
import { useState } from 'react';

import type { Policy, Priority } from '../../api';
import { minutesText, readMinutes } from '../../kit/spans';
import { stageWord } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './settings.module.css';

type Targets = Policy['incidents']['stage_targets'];

const stages = [
  'assigned',
  'diagnosing',
  'action_ready',
  'resolving',
  'restored',
  'on_hold',
] as const;
const priorities: Priority[] = ['P1', 'P2', 'P3', 'P4', 'P5'];

interface Props {
  targets: Targets;
  /** The field that the server refused, and why. */
  refused: { field?: string | null | undefined; message: string } | undefined;
  set: (targets: Targets) => void;
}

/** How long an incident may stay in each stage, by priority. */
export function StageTargets({ targets, refused, set }: Props) {
  const change = (stage: string, priority: Priority, minutes: number | null) => {
    const others = Object.entries(targets[stage] ?? {}).filter(([name]) => name !== priority);
    const row = Object.fromEntries(minutes === null ? others : [...others, [priority, minutes]]);
    set({ ...targets, [stage]: row });
  };
  return (
    <Panel title="Time in each stage">
      <div style={{ overflowX: 'auto' }}>
        <table className={styles.matrix}>
          <caption className={styles.sub} style={{ textAlign: 'left', captionSide: 'bottom' }}>
            As 15 min, 4 h or 2 d; empty: no target. An incident warns when three quarters are over
            and when all is. How long it may be new is said above, under Unassigned. A stage that is
            entered again begins anew. New times apply to incidents from now on.
          </caption>
          <thead>
            <tr>
              <td />
              {priorities.map((priority) => (
                <th key={priority} scope="col">
                  {priority}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {stages.map((stage) => (
              <tr key={stage}>
                <th scope="row">{stageWord[stage]}</th>
                {priorities.map((priority) => (
                  <td key={priority}>
                    <Minutes
                      label={`${stageWord[stage]}, ${priority}`}
                      value={targets[stage]?.[priority] ?? null}
                      refused={
                        refused?.field?.endsWith(`.${stage}.${priority}`) === true
                          ? refused.message
                          : undefined
                      }
                      set={(minutes) => change(stage, priority, minutes)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

interface MinutesProps {
  label: string;
  value: number | null;
  refused: string | undefined;
  set: (minutes: number | null) => void;
}

function Minutes({ label, value, refused, set }: MinutesProps) {
  const [text, setText] = useState(value === null ? '' : minutesText(value));
  const unread = text.trim() !== '' && readMinutes(text) === null;
  return (
    <TextInput
      size="xs"
      w={88}
      aria-label={label}
      placeholder="none"
      value={text}
      error={unread ? 'as 4 h' : refused}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        // What cannot be read is no time: the server refuses it, and names this field.
        set(next.trim() === '' ? null : (readMinutes(next) ?? 0));
      }}
      onBlur={() => {
        if (!unread) setText(value === null ? '' : minutesText(value));
      }}
    />
  );
}
