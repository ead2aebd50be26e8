import { Modal, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';

import type { Allowed } from '../api';
import { type Send, useSend } from './command';
import { CommandForm } from './CommandForm';
import { Refusal } from './Refusal';

interface Props {
  command: Allowed | null;
  send: Send;
  close: () => void;
  preset?: Record<string, string>;
  initial?: Record<string, string>;
}

/** Asks for the fields of one command and sends it. A refusal stays in view, with what was typed. */
export function CommandDialog({ command, send, close, preset, initial }: Props) {
  const { run, pending, problem, reload, clear } = useSend(send);
  const leave = () => {
    clear();
    close();
  };
  return (
    <Modal opened={command !== null} onClose={leave} title={command?.label ?? ''}>
      {command && (
        <Stack gap="sm">
          {command.help && command.help !== `${command.label}.` && (
            <div style={{ fontSize: 13, color: 'var(--op-dim)' }}>{command.help}</div>
          )}
          <Refusal problem={problem} reload={reload} kept />
          <CommandForm
            command={command}
            {...(preset ? { preset } : {})}
            {...(initial ? { initial } : {})}
            pending={pending}
            problemField={problem?.details.field ?? null}
            problemText={problem?.message ?? ''}
            cancel={leave}
            submit={(values) => {
              void run({ ...values, command: command.command }).then((done) => {
                if (!done) return;
                notifications.show({ message: `${command.label}: done`, color: 'teal' });
                close();
              });
            }}
          />
        </Stack>
      )}
    </Modal>
  );
}
