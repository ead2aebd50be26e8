import { Button, Code, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';

import { estate, type EstateItemDetail } from '../../api';
import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';
import styles from './estate.module.css';

/** Where an item is kept, why it may not be changed here, and taking it over from its file. */
export function KeptIn({ item }: { item: EstateItemDetail }) {
  const [asking, setAsking] = useState(false);
  const filed = item.managed_by === 'file';
  if (!filed && !item.taken_over && item.may_edit) return null;
  return (
    <div className={styles.filed} role="note">
      {filed && item.drift ? <b>Differs from its file. </b> : null}
      {filed && (
        <>Kept in {item.file ? <Code>{item.file}</Code> : 'files'}: change it there and apply it.</>
      )}
      {item.taken_over && (
        <>
          Taken over from {item.file ? <Code>{item.file}</Code> : 'its file'}: it is changed here
          until the file is applied again; <code>operate plan</code> shows it.
        </>
      )}
      {!filed && !item.may_edit && item.why_not && <> You may not change it: {item.why_not}.</>}
      {item.may_take_over && (
        <>
          {' '}
          <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>
            Take over from the file…
          </Button>
        </>
      )}
      {asking && <TakeOver item={item} close={() => setAsking(false)} />}
    </div>
  );
}

function TakeOver({ item, close }: { item: EstateItemDetail; close: () => void }) {
  const [reason, setReason] = useState('');
  const { run, pending, problem, reload } = useSend(() =>
    estate.takeOver(item.item, reason, item.version),
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run().then((done) => {
      if (done) close();
    });
  };
  return (
    <Modal opened onClose={close} title={`Take over ${item.title}`}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">
            It can be changed here then. Whoever applies {item.file ?? 'its file'} again sees that
            in the plan, and gives it back to the file: what was changed here is lost, unless the
            file says it too.
          </Text>
          <Refusal problem={problem} reload={reload} kept />
          <TextInput
            label="Why"
            description="Kept in the journal with your name."
            maxLength={1000}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={pending}>
              Take over
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
