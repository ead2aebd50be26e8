import {
  ActionIcon,
  Button,
  Chip,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';

import { alerts, asProblem, type Silence, silences } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { count } from '../../kit/words';
import { browserZone, local, now } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { type Again, type Draft, draftOf, empty, EVERY_DAY, HOUR, ofDay } from './plan';
import { LASTS_SECONDS_MAX, matchersOf, monthDays, planOf, typed, UNITS } from './plan';
import styles from './silences.module.css';

/** A new silence; from an alert, with its labels as conditions; from many, with theirs. */
export function SilenceNew() {
  const { alert, conditions, day } = useSearch({ from: '/app/silences/new' });
  const query = useQuery({ ...alerts.one(alert ?? ''), enabled: alert !== undefined });
  if (alert === undefined) {
    const matchers = conditions?.split('\n').filter(Boolean);
    const begins = day === undefined ? NaN : Date.parse(`${day}T00:00`);
    return (
      <Form
        draft={
          Number.isNaN(begins) ? empty(now(), matchers) : ofDay(Math.max(begins, now()), matchers)
        }
      />
    );
  }
  return (
    <Loaded query={query} rows={8}>
      {(found) => <Form draft={empty(now(), matchersOf(found.labels))} />}
    </Loaded>
  );
}

/** Changes a silence; what cannot be changed in place makes a new one that takes over. */
export function SilenceEdit() {
  const { id } = useParams({ from: '/app/silences/$id/edit' });
  const query = useQuery(silences.one(id));
  return (
    <Loaded query={query} rows={8}>
      {(found) => <Form draft={draftOf(found)} kept={found} />}
    </Loaded>
  );
}

function Form({ draft: begun, kept }: { draft: Draft; kept?: Silence }) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState(begun);
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const { run, pending, problem, reload } = useSend(async () => {
    const plan = planOf(draft, kept);
    const made = await (kept ? silences.edit(kept.id, kept.version, plan) : silences.create(plan));
    await navigate({ to: '/silences/$id', params: { id: made.id } });
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run();
  };
  return (
    <>
      <PageHead
        title={kept ? 'Change a silence' : 'New silence'}
        meta={
          kept
            ? 'Other conditions, or another beginning of an active silence, make a new one that takes over.'
            : 'Alerts that match are recorded, open no incident and call nobody.'
        }
      />
      <div className={styles.columns}>
        <form onSubmit={submit} className={styles.stack}>
          <Refusal problem={problem} reload={reload} kept />
          <Panel title="Which alerts">
            <Matchers matchers={draft.matchers} set={(matchers) => set({ matchers })} />
          </Panel>
          <Panel title="When">
            <When draft={draft} set={set} />
          </Panel>
          <Panel title="Why">
            <Textarea
              label="Comment"
              description="For whoever misses an alert: what is being done, and where to read more"
              required
              autosize
              minRows={2}
              value={draft.comment}
              onChange={(event) => set({ comment: event.currentTarget.value })}
            />
          </Panel>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" renderRoot={(props) => <Link to="/silences" {...props} />}>
              Back
            </Button>
            <Button type="submit" loading={pending}>
              {kept ? 'Save' : 'Silence'}
            </Button>
          </Group>
        </form>
        <Preview matchers={draft.matchers} />
      </div>
    </>
  );
}

function Matchers({ matchers, set }: { matchers: string[]; set: (next: string[]) => void }) {
  return (
    <Stack gap="xs">
      {matchers.map((text, place) => (
        <Group key={place} gap="xs" wrap="nowrap">
          <TextInput
            style={{ flex: 1 }}
            aria-label={`Condition ${place + 1}`}
            placeholder={'alertname="DiskFull" or instance=~"db-.*"'}
            value={text}
            onChange={(event) => {
              const value = event.currentTarget.value;
              set(matchers.map((before, at) => (at === place ? value : before)));
            }}
          />
          <ActionIcon
            variant="subtle"
            aria-label={`Remove condition ${place + 1}`}
            disabled={matchers.length === 1}
            onClick={() => set(matchers.filter((_, at) => at !== place))}
          >
            <IconX size={15} />
          </ActionIcon>
        </Group>
      ))}
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => set([...matchers, ''])}
        >
          Another condition
        </Button>
      </div>
      <div className={styles.sub}>All of them have to hold. Operators: = != =~ !~</div>
    </Stack>
  );
}

const presets: [label: string, hours: number][] = [
  ['30 min', 0.5],
  ['2 h', 2],
  ['8 h', 8],
  ['1 day', 24],
  ['1 week', 168],
];

const often: { value: Again; label: string }[] = [
  { value: 'never', label: 'Once' },
  { value: 'daily', label: 'Every day' },
  { value: 'weekly', label: 'Every week' },
  { value: 'monthly', label: 'Every month' },
  { value: 'rule', label: 'By a rule of your own' },
];

function When({ draft, set }: { draft: Draft; set: (change: Partial<Draft>) => void }) {
  const recurs = draft.again !== 'never';
  return (
    <Stack gap="sm">
      {!recurs && (
        <Group gap="xs" role="group" aria-label="From now on for">
          {presets.map(([label, hours]) => (
            <Button
              key={label}
              size="compact-sm"
              variant="default"
              onClick={() =>
                set({ starts: local(now()), ends: local(now() + Math.round(hours * HOUR)) })
              }
            >
              {label}
            </Button>
          ))}
        </Group>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <TextInput
          type="datetime-local"
          label={recurs ? 'First time' : 'Start'}
          description={browserZone()}
          required
          value={draft.starts}
          onChange={(event) => set({ starts: event.currentTarget.value })}
        />
        <TextInput
          type="datetime-local"
          label={recurs ? 'Goes on until' : 'End'}
          description={recurs ? 'Empty: without an end' : browserZone()}
          required={!recurs}
          value={draft.ends}
          onChange={(event) => set({ ends: event.currentTarget.value })}
        />
      </SimpleGrid>
      <Select
        label="Comes again"
        data={often}
        allowDeselect={false}
        value={draft.again}
        onChange={(value) => {
          const again = often.find((one) => one.value === value)?.value ?? 'never';
          const switched = (again === 'never') === recurs;
          const ends = again === 'never' ? local(now() + 2 * HOUR) : '';
          set({ again, ...(switched ? { ends } : {}) });
        }}
      />
      {recurs && <Recurring draft={draft} set={set} />}
    </Stack>
  );
}

function Recurring({ draft, set }: { draft: Draft; set: (change: Partial<Draft>) => void }) {
  return (
    <>
      <Days draft={draft} set={set} />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <Group gap="xs" wrap="nowrap" align="flex-end">
          <NumberInput
            style={{ flex: 1 }}
            label="Each time lasts"
            min={1}
            max={Math.floor(LASTS_SECONDS_MAX / UNITS[draft.unit])}
            value={draft.lasts}
            onChange={(value) => set({ lasts: Number(value) || 1 })}
          />
          <Select
            w={110}
            aria-label="Unit"
            data={Object.keys(UNITS)}
            allowDeselect={false}
            value={draft.unit}
            onChange={(value) =>
              set({ unit: value === 'days' || value === 'hours' ? value : 'minutes' })
            }
          />
        </Group>
        <TextInput
          label="Zone"
          description="Stays at this wall time when clocks change"
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          required
          value={draft.zone}
          onChange={(event) => set({ zone: event.currentTarget.value })}
        />
      </SimpleGrid>
    </>
  );
}

/** On which days it comes again. */
function Days({ draft, set }: { draft: Draft; set: (change: Partial<Draft>) => void }) {
  switch (draft.again) {
    case 'weekly':
      return (
        <Chip.Group multiple value={draft.days} onChange={(days) => set({ days })}>
          <Group gap={6} role="group" aria-label="On these days">
            {EVERY_DAY.map((day) => (
              <Chip key={day} value={day} size="xs">
                {day}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      );
    case 'monthly': {
      const ways = monthDays(draft.starts);
      const way = ways.find((one) => one.value === draft.monthDay) ?? ways[0];
      return (
        <Select
          label="Day of the month"
          description="As the first time says"
          data={ways.map(({ value, label }) => ({ value, label }))}
          allowDeselect={false}
          value={way?.value ?? null}
          onChange={(value) => {
            const monthDay = ways.find((one) => one.value === value)?.value;
            if (monthDay) set({ monthDay });
          }}
        />
      );
    }
    case 'rule':
      return (
        <TextInput
          label="Rule"
          description="RRULE of RFC 5545, as calendars write it"
          placeholder="FREQ=MONTHLY;BYDAY=2TU"
          required
          value={draft.rule}
          onChange={(event) => set({ rule: event.currentTarget.value })}
        />
      );
    default:
      return null;
  }
}

/** The alerts that fire and match, while conditions are typed. */
function Preview({ matchers }: { matchers: string[] }) {
  const [asked] = useDebouncedValue(typed(matchers).join('\n'), 300);
  const query = useQuery(silences.preview(asked === '' ? [] : asked.split('\n')));
  const found = query.data;
  return (
    <Panel title="Matches now" {...(found ? { count: found.total } : {})}>
      <div role="status" aria-live="polite">
        {asked === '' ? (
          'Type a condition to see which alerts it matches.'
        ) : query.isError ? (
          asProblem(query.error).message
        ) : found ? (
          <>
            {count(found.total, 'alert')} {found.total === 1 ? 'fires' : 'fire'} now
            {found.silenced > 0 && `, ${found.silenced} silenced already`}
            {found.in_incident > 0 && `, ${found.in_incident} in incidents that stay as they are`}
            {found.too_wide && '. These conditions match every alert: add one that does not.'}
          </>
        ) : (
          'Looking …'
        )}
      </div>
      {found && !query.isError && asked !== '' && (
        <ul className={styles.found}>
          {found.alerts.map((alert) => (
            <li key={alert.id}>
              <Link to="/alerts/$id" params={{ id: alert.id }}>
                {alert.name}
              </Link>
              <div className={styles.sub}>{alert.summary}</div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
