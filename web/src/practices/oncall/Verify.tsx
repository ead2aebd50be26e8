import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';

import { type ContactWay, oncall } from '../../api';
import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';
import { TimeAgo } from '../../kit/TimeAgo';
import { words } from '../../kit/words';
import styles from './oncall.module.css';

const HOW: Record<string, string> = {
  code: 'by a code',
  link: 'by answering a call',
  digit: 'by a digit on the telephone',
  text: 'by answering with a text message',
  added: 'by adding it here',
};

/** Whether a way was shown to reach its person. */
export function Verified({ way }: { way: ContactWay }) {
  if (!way.verified) return <span className={styles.bad}>Not verified</span>;
  return (
    <span className={styles.good}>
      Verified {HOW[way.verified.how] ?? ''} <TimeAgo at={way.verified.at} />
    </span>
  );
}

/** Has a code sent by a way, and takes it. */
export function Verify({ name, way }: { name: string; way: ContactWay }) {
  const [opened, setOpened] = useState(false);
  const word = way.verified ? 'Verify again' : 'Verify';
  const label = `${word}: ${words(way.channel)}`;
  return (
    <>
      <Button
        size="compact-xs"
        variant={way.verified ? 'subtle' : 'light'}
        aria-label={label}
        onClick={() => setOpened(true)}
      >
        {word}
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={label} centered>
        {opened && <Code name={name} way={way} close={() => setOpened(false)} />}
      </Modal>
    </>
  );
}

function Code({ name, way, close }: { name: string; way: ContactWay; close: () => void }) {
  const to = { channel: way.channel, to: way.to };
  const [code, setCode] = useState('');
  const [sent, setSent] = useState(Boolean(way.code_until));
  const sending = useSend(async () => {
    await oncall.sendCode(name, to);
    setSent(true);
  });
  const entering = useSend(() => oncall.verify(name, { ...to, code }));
  return (
    <form
      className={styles.stack}
      onSubmit={(event) => {
        event.preventDefault();
        void (sent ? entering.run().then((right) => right && close()) : sending.run());
      }}
    >
      <p className={styles.lead}>
        {sent
          ? `A code was sent to ${way.to}. It is good for ten minutes.`
          : `A code of six digits is sent to ${way.to}${way.channel === 'voice' ? ' by a call that reads it out' : ''}. Entering it here shows that calls arrive.`}
      </p>
      {sent && (
        <TextInput
          label="Code"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={20}
          data-autofocus
          autoFocus
        />
      )}
      <Refusal problem={entering.problem ?? sending.problem} reload={entering.reload} />
      <div className={styles.choices}>
        <Button type="submit" loading={sent ? entering.pending : sending.pending}>
          {sent ? 'Verify' : 'Send the code'}
        </Button>
        {sent && (
          <Button variant="default" loading={sending.pending} onClick={() => void sending.run()}>
            Send another one
          </Button>
        )}
      </div>
    </form>
  );
}
