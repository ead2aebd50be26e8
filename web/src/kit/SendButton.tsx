import { Button } from '@mantine/core';

import { useSend } from './command';
import styles from './kit.module.css';
import { Refusal } from './Refusal';

interface Props {
  label: string;
  send: () => Promise<unknown>;
  /** What is likely wanted here: it stands out, and a thumb finds it. */
  main?: boolean;
}

/** A small button that sends something and shows why it was refused. */
export function SendButton({ label, send, main = false }: Props) {
  const { run, pending, problem, reload } = useSend(send);
  return (
    <>
      <Button
        size={main ? 'xs' : 'compact-xs'}
        variant={main ? 'filled' : 'default'}
        className={main ? styles.thumb : undefined}
        loading={pending}
        onClick={() => void run()}
      >
        {label}
      </Button>
      <Refusal problem={problem} reload={reload} />
    </>
  );
}
