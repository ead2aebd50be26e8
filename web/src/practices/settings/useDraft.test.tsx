import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test, vi } from 'vitest';

import { Problem } from '../../api';
import { useDraft } from './useDraft';

const client = new QueryClient();
const wrapper = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={client}>{children}</QueryClientProvider>
);

function draftOf(save: (value: string, version: number) => Promise<unknown>) {
  return renderHook(({ found }) => useDraft(found, save), {
    wrapper,
    initialProps: { found: { value: 'one', version: 1 } },
  });
}

test('what was typed stays while others save, and is refused with the version it began from', async () => {
  const save = vi
    .fn()
    .mockRejectedValue(new Problem(412, { detail: 'bea changed this meanwhile' }));
  const { result, rerender } = draftOf(save);
  act(() => result.current.setDraft('mine'));
  rerender({ found: { value: 'theirs', version: 2 } });
  expect(result.current.draft).toBe('mine');
  await act(() => result.current.send());
  expect(save).toHaveBeenCalledWith('mine', 1);
  expect(result.current.problem?.conflict).toBe(true);
  await act(() => result.current.reload());
  expect(result.current.draft).toBe('theirs');
  expect(result.current.problem).toBeNull();
});

test('what nobody typed in follows the others', () => {
  const { result, rerender } = draftOf(vi.fn());
  rerender({ found: { value: 'theirs', version: 2 } });
  expect(result.current.draft).toBe('theirs');
});

test('what was saved is begun from next', async () => {
  const save = vi.fn().mockResolvedValue(undefined);
  const { result, rerender } = draftOf(save);
  act(() => result.current.setDraft('mine'));
  const sent = act(() => result.current.send());
  rerender({ found: { value: 'mine, as it is kept', version: 2 } });
  await sent;
  expect(result.current.draft).toBe('mine, as it is kept');
  act(() => result.current.setDraft('more'));
  await act(() => result.current.send());
  expect(save).toHaveBeenLastCalledWith('more', 2);
});
