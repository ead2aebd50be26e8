import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';

import { oncall } from '../../api';
import { useSend } from '../../kit/command';
import { ItemSelect } from '../../kit/ItemSelect';
import { Refusal } from '../../kit/Refusal';
import { itemName } from '../../kit/words';
import { now } from '../../ui/clock';
import styles from './oncall.module.css';
import { format } from './Timeline';

interface Props {
  shift: { schedule: string; title: string; from: string; until: string };
  /** Whose shift it is, where it is not one's own. */
  of?: string;
  /** What holds until somebody takes it. */
  until?: string;
  zone: string;
  close: () => void;
}

/** Offers a shift to somebody, or to everybody of the rotation. */
export function OfferShift({
  shift,
  of,
  until = 'It stays yours until somebody takes it.',
  zone,
  close,
}: Props) {
  const [to, setTo] = useState<string | null>(null);
  const [wanted, setWanted] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const text = format(zone);
  const theirs = useQuery({ ...oncall.shifts(itemName(to ?? '')), enabled: to !== null });
  const shifts = (theirs.data?.shifts ?? []).filter(
    (each) => each.schedule === shift.schedule && Date.parse(each.from) > now(),
  );
  const found = shifts.find((each) => each.from === wanted);
  const { run, pending, problem, reload } = useSend(() =>
    oncall.offerSwap({
      schedule: shift.schedule,
      of: of ?? null,
      start: shift.from,
      end: shift.until,
      to,
      wants: found ? { start: found.from, end: found.until } : null,
      note,
    }),
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run().then((done) => {
      if (done) close();
    });
  };
  return (
    <Modal opened onClose={close} title="Offer a shift">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Refusal problem={problem} reload={reload} kept />
          <p className={styles.lead}>
            {shift.title}, {text(shift.from)} to {text(shift.until)}. {until}
          </p>
          <ItemSelect
            label="To whom"
            description="Everybody of the rotation when left empty."
            kind="person"
            value={to}
            onChange={(value) => {
              setTo(value);
              setWanted(null);
            }}
          />
          {to && (
            <Select
              label="For which of theirs"
              description="For nothing in return when left empty."
              clearable
              data={shifts.map((each) => ({
                value: each.from,
                label: `${text(each.from)} to ${text(each.until)}`,
              }))}
              value={wanted}
              onChange={setWanted}
            />
          )}
          <TextInput
            label="What there is to say"
            maxLength={500}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={pending}>
              Offer it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
