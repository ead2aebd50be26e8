import { Button, PasswordInput, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type SubmitEvent, useState } from 'react';

import { access } from '../../api';
import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';
import { Panel } from '../../ui/Panel';

/** One's own password. */
export function Password() {
  const [present, setPresent] = useState('');
  const [next, setNext] = useState('');
  const { run, pending, problem, reload } = useSend(async () => {
    await access.changePassword(present, next);
    setPresent('');
    setNext('');
    notifications.show({ message: 'Password changed; other sessions ended', color: 'teal' });
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run();
  };
  const toggle = { 'aria-label': 'Show the password' };
  return (
    <Panel title="Your password">
      <form onSubmit={submit}>
        <Stack gap="sm" maw={360}>
          <Refusal problem={problem} reload={reload} kept />
          <PasswordInput
            label="Present password"
            required
            withAsterisk={false}
            autoComplete="current-password"
            value={present}
            onChange={(event) => setPresent(event.currentTarget.value)}
            visibilityToggleButtonProps={toggle}
          />
          <PasswordInput
            label="New password"
            required
            withAsterisk={false}
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
            visibilityToggleButtonProps={toggle}
          />
          <div>
            <Button type="submit" loading={pending}>
              Change the password
            </Button>
          </div>
        </Stack>
      </form>
    </Panel>
  );
}
