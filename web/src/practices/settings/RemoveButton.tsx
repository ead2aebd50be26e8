import { Button } from '@mantine/core';
import { useState } from 'react';

import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';

interface Props {
  name: string;
  remove: () => Promise<unknown>;
  word?: string;
}

/** Removes something after a second click, and shows why not when it is refused. */
export function RemoveButton({ name, remove, word = 'Remove' }: Props) {
  const [sure, setSure] = useState(false);
  const { run, pending, problem, reload } = useSend(remove);
  return (
    <>
      <Button
        size="compact-xs"
        variant={sure ? 'filled' : 'subtle'}
        color="red"
        {...(sure ? { bg: 'var(--op-p1)' } : { c: 'var(--op-bad)' })}
        loading={pending}
        aria-label={sure ? `Yes, ${word.toLowerCase()} ${name}` : `${word} ${name}`}
        onBlur={() => setSure(false)}
        onClick={() => (sure ? void run() : setSure(true))}
      >
        {sure ? `Yes, ${word.toLowerCase()}` : word}
      </Button>
      <Refusal problem={problem} reload={reload} />
    </>
  );
}
