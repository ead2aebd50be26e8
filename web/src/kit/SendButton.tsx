import { Button } from '@mantine/core';

import { useSend } from './command';
import { Refusal } from './Refusal';

/** A small button that sends something and shows why it was refused. */
export function SendButton({ label, send }: { label: string; send: () => Promise<unknown> }) {
  const { run, pending, problem, reload } = useSend(send);
  return (
    <>
      <Button size="compact-xs" variant="default" loading={pending} onClick={() => void run()}>
        {label}
      </Button>
      <Refusal problem={problem} reload={reload} />
    </>
  );
}
