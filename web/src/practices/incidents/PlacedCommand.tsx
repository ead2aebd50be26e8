import { Button } from '@mantine/core';
import { useState } from 'react';

import type { Allowed } from '../../api';
import type { Send } from '../../kit/command';
import { CommandDialog } from '../../kit/CommandDialog';

interface Props {
  command: Allowed | undefined;
  send: Send;
  preset?: Record<string, string>;
  initial?: Record<string, string>;
  label?: string;
  ariaLabel?: string;
  /** As large as other buttons where it stands alone. */
  size?: 'xs';
}

/** One command as a small button beside what it changes; absent when it is not allowed now. */
export function PlacedCommand({ command, send, preset, initial, label, ariaLabel, size }: Props) {
  const [asking, setAsking] = useState(false);
  if (!command) return null;
  return (
    <>
      <Button
        size={size ?? 'compact-xs'}
        variant={size ? 'default' : 'subtle'}
        onClick={() => setAsking(true)}
        aria-label={ariaLabel}
      >
        {label ?? command.label}
      </Button>
      {asking && (
        <CommandDialog
          command={command}
          send={send}
          close={() => setAsking(false)}
          {...(preset ? { preset } : {})}
          {...(initial ? { initial } : {})}
        />
      )}
    </>
  );
}
