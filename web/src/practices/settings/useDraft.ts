import { useState } from 'react';

import type { Versioned } from '../../api';
import { useSend } from '../../kit/command';

/**
 * What somebody changes of a document, sent with the version that they began from. A newer version
 * that arrives meanwhile takes its place at once when nothing was typed, else when they reload.
 */
export function useDraft<T>(
  found: Versioned<T>,
  save: (value: T, version: number) => Promise<unknown>,
) {
  const [base, setBase] = useState(found);
  const [draft, setDraft] = useState(found.value);
  const changed = JSON.stringify(draft) !== JSON.stringify(base.value);
  if (found.version !== base.version && !changed) {
    setBase(found);
    setDraft(found.value);
  }
  const sending = useSend(() => save(draft, base.version));
  const letGo = () => setDraft(base.value);
  return {
    draft,
    setDraft,
    changed,
    pending: sending.pending,
    problem: sending.problem,
    send: async () => {
      if (await sending.run()) letGo();
    },
    reload: async () => {
      letGo();
      await sending.reload();
    },
  };
}
