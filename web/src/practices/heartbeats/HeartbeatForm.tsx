import {
  Button,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { type SubmitEvent, useState } from 'react';

import { type Heartbeat, heartbeats, type HeartbeatPlan, type MadeHeartbeat } from '../../api';
import { useSend } from '../../kit/command';
import { ItemSelect } from '../../kit/ItemSelect';
import { Refusal } from '../../kit/Refusal';
import { severityWord } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './heartbeats.module.css';
import { PingAddress } from './PingAddress';

const units = [
  { value: '1', label: 'seconds' },
  { value: '60', label: 'minutes' },
  { value: '3600', label: 'hours' },
  { value: '86400', label: 'days' },
];

const severities = (['critical', 'error', 'warning', 'info'] as const).map((value) => ({
  value,
  label: severityWord[value],
}));

interface Props {
  edited?: Heartbeat;
  close: () => void;
}

/** Makes a heartbeat, or changes what is waited for. */
export function HeartbeatForm({ edited, close }: Props) {
  const [name, setName] = useState(edited?.name ?? '');
  const [plan, setPlan] = useState(() => planOf(edited));
  const [made, setMade] = useState<MadeHeartbeat | null>(null);
  const set = (change: Partial<HeartbeatPlan>) => setPlan((before) => ({ ...before, ...change }));
  const { run, pending, problem, reload } = useSend(async () => {
    if (edited) {
      await heartbeats.command(edited.name, edited.version, { command: 'edit', plan });
      close();
    } else {
      setMade(await heartbeats.create({ name, plan }));
    }
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run();
  };
  if (made) return <PingAddress made={made} close={close} />;
  return (
    <Panel title={edited ? `Change ${edited.name}` : 'New heartbeat'}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Refusal problem={problem} reload={reload} kept />
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
            <TextInput
              label="Name"
              description="Letters, digits, dots and dashes; it stands in addresses"
              placeholder="nightly-backup"
              required
              data-autofocus
              disabled={edited !== undefined}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <TextInput
              label="What it tells"
              description="For whoever is called when it stays away"
              placeholder="The backup of the night has not ended"
              value={plan.description ?? ''}
              onChange={(event) => set({ description: event.currentTarget.value })}
            />
            <Span
              label="Reports every"
              seconds={plan.interval_seconds}
              set={(seconds) => set({ interval_seconds: seconds })}
            />
            <Span
              label="May be late by"
              seconds={plan.grace_seconds ?? 0}
              set={(seconds) => set({ grace_seconds: seconds })}
            />
            <Select
              label="When it is missed, the alert is"
              data={severities}
              value={plan.severity ?? 'error'}
              allowDeselect={false}
              onChange={(severity) => set({ severity: severity ?? 'error' })}
            />
            <ItemSelect
              label="A sign of life of"
              description="Whoever answers for this item is called"
              value={plan.item ?? null}
              onChange={(item) => set({ item })}
            />
            <TagsInput
              label="Watches"
              description="While it is missed, contracts know nothing of these items"
              placeholder="service/checkout"
              maxTags={500}
              value={plan.watches ?? []}
              onChange={(watches) => set({ watches })}
            />
          </SimpleGrid>
          <p className={styles.sub}>
            It is waited for from its first ping on. When it is missed, an alert fires and is told
            like any other; the next ping ends it.
          </p>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Back
            </Button>
            <Button type="submit" loading={pending}>
              {edited ? 'Save' : 'Make the heartbeat'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}

function planOf(edited: Heartbeat | undefined): HeartbeatPlan {
  return {
    interval_seconds: edited?.plan.interval_seconds ?? 86_400,
    grace_seconds: edited?.plan.grace_seconds ?? 3600,
    severity: edited?.plan.severity ?? 'error',
    description: edited?.plan.description ?? '',
    item: edited?.plan.item ?? null,
    watches: edited?.plan.watches ?? [],
    labels: edited?.plan.labels ?? {},
  };
}

interface SpanProps {
  label: string;
  seconds: number;
  set: (seconds: number) => void;
}

/** A span of time in the largest unit that fits it. */
function Span({ label, seconds, set }: SpanProps) {
  const fits = [...units].reverse().find(({ value }) => seconds > 0 && seconds % +value === 0);
  const [unit, setUnit] = useState(fits?.value ?? '60');
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <NumberInput
        style={{ flex: 1 }}
        label={label}
        min={0}
        required
        withAsterisk={false}
        value={seconds / +unit}
        onChange={(value) => set(Math.round(Number(value) * +unit))}
      />
      <Select
        w={110}
        aria-label={`Unit of ${label.toLowerCase()}`}
        data={units}
        value={unit}
        allowDeselect={false}
        onChange={(next) => {
          setUnit(next ?? unit);
          set(Math.round((seconds / +unit) * +(next ?? unit)));
        }}
      />
    </Group>
  );
}
