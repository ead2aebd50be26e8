import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import type { Allowed } from '../api';
import { CommandForm } from './CommandForm';

// happy-dom has no fonts; a growing text area waits for them.
Object.defineProperty(document, 'fonts', { value: new EventTarget() });

afterEach(cleanup);

const hold: Allowed = {
  command: 'hold',
  label: 'Put on hold',
  fields: [
    { name: 'users', kind: 'number', required: false, label: 'Affected users' },
    { name: 'note', kind: 'longtext', required: false, label: 'Note' },
    { name: 'alert', kind: 'alert', required: true, label: 'Alert' },
  ],
};

function show(submit: (values: object) => void) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <CommandForm
          command={hold}
          preset={{ alert: 'alr_1' }}
          pending={false}
          submit={submit}
          cancel={() => undefined}
        />
      </MantineProvider>
    </QueryClientProvider>,
  );
}

test('a form has the fields that the server names, without those that its place answers', () => {
  show(() => undefined);
  expect(screen.getByLabelText('Affected users')).toBeTruthy();
  expect(screen.getByLabelText('Note')).toBeTruthy();
  expect(screen.queryByLabelText('Alert')).toBeNull();
});

test('empty fields do not travel', () => {
  const submit = vi.fn();
  show(submit);
  fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'waiting' } });
  fireEvent.submit(screen.getByRole('button', { name: 'Put on hold' }));
  expect(submit).toHaveBeenCalledWith({ note: 'waiting', alert: 'alr_1' });
});
