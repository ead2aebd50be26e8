import { Button } from '@mantine/core';
import { useState } from 'react';

import { type Heartbeat, heartbeats } from '../../api';
import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';
import styles from './heartbeats.module.css';

/** What may be asked of a heartbeat now, as the server says. */
export function Commands({ row, edit }: { row: Heartbeat; edit: () => void }) {
  const [sure, setSure] = useState(false);
  const { run, pending, problem, reload } = useSend((command: 'pause' | 'resume' | 'remove') =>
    heartbeats.command(row.name, row.version, { command }),
  );
  return (
    <div>
      <div className={styles.commands}>
        {row.allowed.map(({ command, label }) => {
          const removes = command === 'remove';
          const word = removes && sure ? 'Yes, remove' : label;
          return (
            <Button
              key={command}
              size="compact-xs"
              variant={removes && sure ? 'filled' : 'subtle'}
              {...(removes ? (sure ? { bg: 'var(--op-p1)' } : { c: 'var(--op-bad)' }) : {})}
              disabled={pending}
              aria-label={`${word} ${row.name}`}
              onBlur={() => setSure(false)}
              onClick={() => {
                if (command === 'edit') edit();
                else if (removes && !sure) setSure(true);
                else if (command === 'pause' || command === 'resume' || removes) void run(command);
              }}
            >
              {word}
            </Button>
          );
        })}
      </div>
      <Refusal problem={problem} reload={reload} />
    </div>
  );
}
