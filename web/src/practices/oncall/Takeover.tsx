import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';

import { oncall } from '../../api';
import { useSend } from '../../kit/command';
import { ItemSelect } from '../../kit/ItemSelect';
import { Refusal } from '../../kit/Refusal';
import { StretchInput } from '../../kit/StretchInput';
import { fromLocalInput, local } from '../../ui/clock';

interface Props {
  schedule: string;
  from: number;
  until: number;
  /** Who takes it, where it may be nobody else. */
  only: string | null;
  close: () => void;
}

/** Lets somebody take over a stretch of time, whoever had it. */
export function Takeover({ schedule, from, until, only, close }: Props) {
  const [stretch, setStretch] = useState({ begin: local(from), end: local(until) });
  const [person, setPerson] = useState(only);
  const [reason, setReason] = useState('');
  const { run, pending, problem, reload } = useSend(() =>
    oncall.takeOver(schedule, {
      from: fromLocalInput(stretch.begin) ?? '',
      until: fromLocalInput(stretch.end) ?? '',
      person: person ?? '',
      reason,
    }),
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run().then((done) => {
      if (done) close();
    });
  };
  return (
    <Modal opened onClose={close} title="Take over">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Refusal problem={problem} reload={reload} kept />
          <ItemSelect
            label="Who takes it"
            kind="person"
            required
            disabled={only !== null}
            value={person}
            onChange={setPerson}
          />
          <StretchInput value={stretch} onChange={setStretch} />
          <TextInput
            label="Why"
            description="Kept with it, for whoever asks."
            maxLength={200}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={pending}
              disabled={!person || !stretch.begin || !stretch.end}
            >
              Take over
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
