import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';

import { asProblem, keys, type Problem } from '../api';

/** A command as it travels: its name and its fields. */
export type CommandBody = { command: string } & Record<string, unknown>;

/** Sends a command about one record; the record's version travels with it. */
export type Send = (body: CommandBody) => Promise<unknown>;

/** The one way to change something: sends, keeps the refusal, refreshes what may have changed. */
export function useSend<A extends unknown[]>(send: (...args: A) => Promise<unknown>) {
  const client = useQueryClient();
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const run = async (...args: A): Promise<boolean> => {
    setPending(true);
    setProblem(null);
    try {
      await send(...args);
      await refresh(client);
      return true;
    } catch (error) {
      setProblem(asProblem(error));
      return false;
    } finally {
      setPending(false);
    }
  };
  const reload = async () => {
    await refresh(client);
    setProblem(null);
  };
  const clear = useCallback(() => setProblem(null), []);
  return { run, pending, problem, reload, clear };
}

async function refresh(client: ReturnType<typeof useQueryClient>) {
  await client.invalidateQueries({
    predicate: ({ queryKey }) => queryKey[0] !== keys.session[0],
  });
}
