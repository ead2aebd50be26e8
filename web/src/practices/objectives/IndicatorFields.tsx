import { Group, NumberInput, Radio, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { settings } from '../../api';
import { Panel } from '../../ui/Panel';
import { ContractSelect } from './ContractSelect';
import type { Draft, IndicatorKind } from './draft';
import styles from './objectives.module.css';
import { PartFields } from './PartFields';

export interface FieldsProps {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
}

const kinds: { value: IndicatorKind; label: string; description: string }[] = [
  {
    value: 'good',
    label: 'Good events of all events',
    description: 'Two queries: how many were good in a minute, and how many there were',
  },
  {
    value: 'bad',
    label: 'Bad events of all events',
    description: 'The same, where only failures are counted',
  },
  {
    value: 'limit',
    label: 'A value against a limit',
    description: 'A minute is good while the value, such as a p95 latency, holds',
  },
  {
    value: 'records',
    label: 'Operate’s own records',
    description: 'Whether it was there, by its incidents; or which clocks of contracts were met',
  },
  {
    value: 'parts',
    label: 'Other objectives together',
    description: 'By weight, or good only while all of them are: a composite',
  },
  {
    value: 'pushed',
    label: 'Counts that are pushed',
    description: 'A program, such as a probe, sends good and total of each minute',
  },
];

const ops = [
  { value: 'lt', label: 'below' },
  { value: 'lte', label: 'at most' },
  { value: 'gt', label: 'above' },
  { value: 'gte', label: 'at least' },
];

/** How good is told from bad. */
export function IndicatorFields({ draft, set }: FieldsProps) {
  return (
    <Panel title="What is counted">
      <Stack gap="sm">
        <TextInput
          label="In words"
          description="“share of searches answered within 300 ms”"
          value={draft.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
        <Radio.Group
          label="Good is told from bad by"
          value={draft.kind}
          onChange={(value) => {
            const found = kinds.find((kind) => kind.value === value);
            if (found) set({ kind: found.value });
          }}
        >
          <Stack gap={6} mt={6}>
            {kinds.map((kind) => (
              <Radio key={kind.value} {...kind} />
            ))}
          </Stack>
        </Radio.Group>
        <Counted draft={draft} set={set} />
        {draft.kind !== 'limit' && draft.kind !== 'parts' && (
          <TextInput
            label="One event is a"
            description="Where events are cycles, such as “nightly run”: reports say how many there are to a failure; empty otherwise"
            value={draft.cycle}
            onChange={(event) => set({ cycle: event.currentTarget.value })}
          />
        )}
      </Stack>
    </Panel>
  );
}

function Counted({ draft, set }: FieldsProps) {
  if (draft.kind === 'pushed') return <Pushed name={draft.name} />;
  if (draft.kind === 'parts') return <PartFields draft={draft} set={set} />;
  if (draft.kind === 'records') return <Recorded draft={draft} set={set} />;
  return <Asked draft={draft} set={set} />;
}

const records = [
  { value: 'availability', label: 'Minutes in which it was there' },
  { value: 'respond', label: 'Clocks until somebody takes it' },
  { value: 'update', label: 'Clocks until somebody writes what is going on' },
  { value: 'restore', label: 'Clocks until the service is back' },
  { value: 'resolve', label: 'Clocks until the work is done' },
];

function Recorded({ draft, set }: FieldsProps) {
  return (
    <>
      <Select
        label="Records"
        data={records}
        value={draft.records}
        allowDeselect={false}
        onChange={(value) => value && set({ records: value })}
      />
      {draft.records !== 'availability' && (
        <ContractSelect
          label="Of the contract"
          description="Only its clocks; those of all contracts about the item when empty"
          value={draft.clocksOf}
          onChange={(clocksOf) => set({ clocksOf })}
        />
      )}
    </>
  );
}

function Pushed({ name }: { name: string }) {
  return (
    <p className={styles.sub}>
      Send counts with an integration key to{' '}
      <code>POST /api/v1/objectives/{name || 'NAME'}/counts</code>, or try it with{' '}
      <code>operate objective push {name || 'NAME'} --good 9 --total 10</code>.
    </p>
  );
}

function Asked({ draft, set }: FieldsProps) {
  return (
    <>
      <SourceSelect draft={draft} set={set} />
      {draft.kind === 'limit' ? (
        <Limit draft={draft} set={set} />
      ) : (
        <>
          {draft.kind === 'good' ? (
            <Query label="Good events" value={draft.good} onChange={(good) => set({ good })} />
          ) : (
            <Query label="Bad events" value={draft.bad} onChange={(bad) => set({ bad })} />
          )}
          <Query label="All events" value={draft.total} onChange={(total) => set({ total })} />
        </>
      )}
    </>
  );
}

function SourceSelect({ draft, set }: FieldsProps) {
  const names = useQuery(settings.dataSources()).data?.items.map((source) => source.name) ?? [];
  const data = draft.source && !names.includes(draft.source) ? [draft.source, ...names] : names;
  return (
    <Select
      label="Data source"
      description={
        <>
          Who is asked each minute.{' '}
          <Link to="/settings/$part" params={{ part: 'sources' }}>
            Data sources
          </Link>
        </>
      }
      required
      data={data}
      value={draft.source}
      nothingFoundMessage="Describe a DataSource first"
      onChange={(source) => set({ source })}
    />
  );
}

function Limit({ draft, set }: FieldsProps) {
  return (
    <>
      <Query label="Value" value={draft.value} onChange={(value) => set({ value })} />
      <Group gap="sm" align="flex-end">
        <Select
          label="Has to be"
          w={120}
          data={ops}
          value={draft.op}
          allowDeselect={false}
          onChange={(op) => set({ op: op ?? 'lte' })}
        />
        <NumberInput
          label="Limit"
          w={140}
          required
          value={draft.limit}
          onChange={(limit) => set({ limit: Number(limit) || 0 })}
        />
        <TextInput
          label="Unit"
          placeholder="s"
          w={90}
          value={draft.unit}
          onChange={(event) => set({ unit: event.currentTarget.value })}
        />
      </Group>
    </>
  );
}

interface QueryProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

function Query({ label, value, onChange }: QueryProps) {
  return (
    <Textarea
      label={label}
      description="A query in the language of the source; [1m] is the minute"
      required
      autosize
      minRows={2}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
