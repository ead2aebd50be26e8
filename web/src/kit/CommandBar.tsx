import { Box, Button, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';

import type { Allowed } from '../api';
import { type Send, useSend } from './command';
import { CommandDialog } from './CommandDialog';
import styles from './kit.module.css';
import { Refusal } from './Refusal';

interface Props {
  /** What this person may do now, in the server's order: the first is the likely next step. */
  allowed: Allowed[];
  send: Send;
  /** How many stand as buttons; the rest are in the menu. */
  buttons?: number;
  initial?: (command: string) => Record<string, string>;
}

/** The commands of a record, exactly as the server allows them. */
export function CommandBar({ allowed, send, buttons = 4, initial }: Props) {
  const [asking, setAsking] = useState<Allowed | null>(null);
  const { run, pending, problem, reload } = useSend(send);
  const start = (command: Allowed) => {
    if (command.fields.length > 0) setAsking(command);
    else void run({ command: command.command });
  };
  const shown = allowed.slice(0, buttons);
  const rest = allowed.slice(buttons);
  return (
    <Box>
      <div className={styles.commands} role="group" aria-label="Actions">
        {shown.map((command, index) => (
          <Button
            key={command.command}
            variant={index === 0 ? 'filled' : 'default'}
            disabled={pending}
            onClick={() => start(command)}
          >
            {command.label}
          </Button>
        ))}
        {rest.length > 0 && (
          <Menu position="bottom-end" width={220}>
            <Menu.Target>
              <Button variant="default" leftSection={<IconDots size={14} />} disabled={pending}>
                More
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {rest.map((command) => (
                <Menu.Item key={command.command} onClick={() => start(command)}>
                  {command.label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {problem && (
        <Box mt="xs">
          <Refusal problem={problem} reload={reload} />
        </Box>
      )}
      <CommandDialog
        key={asking?.command ?? ''}
        command={asking}
        send={send}
        close={() => setAsking(null)}
        {...(asking && initial ? { initial: initial(asking.command) } : {})}
      />
    </Box>
  );
}
