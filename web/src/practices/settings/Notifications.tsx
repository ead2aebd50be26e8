import { Button, Group, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { type NotificationPolicy, routing, type Versioned } from '../../api';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { Panel } from '../../ui/Panel';
import styles from './settings.module.css';
import { useDraft } from './useDraft';

type Cadence = NotificationPolicy['cadence'];

const soon = [
  { value: 'now', label: 'At once' },
  { value: 'daily', label: 'In a digest each day' },
  { value: 'weekly', label: 'In a digest each week' },
  { value: 'monthly', label: 'In a digest each month' },
] as const;

const priorities = [
  ['p1', 'P1', 'Severity critical, or the label priority is P1'],
  ['p2', 'P2', 'Severity error'],
  ['p3', 'P3', 'Severity warning'],
  ['p4', 'P4', 'Severity info'],
  ['p5', 'P5', 'No severity'],
] as const;

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** How soon receivers are told of what, beyond what the routes say. */
export function Notifications() {
  const query = useQuery(routing.policy());
  return (
    <Loaded query={query} rows={6}>
      {(found) => <Form found={found} />}
    </Loaded>
  );
}

function Form({ found }: { found: Versioned<NotificationPolicy> }) {
  const form = useDraft(found, routing.savePolicy);
  const { draft: policy, problem } = form;
  const set = (change: Partial<NotificationPolicy>) =>
    form.setDraft((before) => ({ ...before, ...change }));
  return (
    <>
      <Refusal problem={problem} reload={form.reload} />
      <p className={styles.sub}>
        This concerns receivers of the routing configuration. People are called for incidents as
        their escalation policies say.
      </p>
      <Panel title="How soon what has a priority is told">
        <Stack gap="md" maw={560}>
          {priorities.map(([field, label, description]) => (
            <Select
              key={field}
              label={label}
              description={description}
              data={soon}
              value={policy.cadence[field]}
              allowDeselect={false}
              onChange={(value) => {
                const chosen = soon.find((one) => one.value === value)?.value ?? 'now';
                const cadence: Cadence = { ...policy.cadence, [field]: chosen };
                set({ cadence });
              }}
            />
          ))}
        </Stack>
      </Panel>
      <Digests policy={policy} set={set} field={problem?.details.field ?? ''} />
      <Panel title="When there is too much">
        <Stack gap="md" maw={560}>
          <Storm policy={policy} set={set} />
          <Flapping policy={policy} set={set} />
          <Switch
            label="Hold what depends on something broken"
            description="An alert is not told while an item that its own depends on has an alert of severity error or worse. It is recorded all the same."
            checked={policy.hold_dependants}
            onChange={(event) => set({ hold_dependants: event.currentTarget.checked })}
          />
        </Stack>
      </Panel>
      <div>
        <Button disabled={!form.changed} loading={form.pending} onClick={() => void form.send()}>
          Save
        </Button>
      </div>
    </>
  );
}

interface PartProps {
  policy: NotificationPolicy;
  set: (change: Partial<NotificationPolicy>) => void;
}

function Digests({ policy, set, field }: PartProps & { field: string }) {
  const { digests } = policy;
  const error = (name: string) => (field === `digests.${name}` ? 'This cannot be followed' : null);
  const change = (part: Partial<typeof digests>) => set({ digests: { ...digests, ...part } });
  return (
    <Panel title="When digests are sent">
      <Stack gap="md" maw={560}>
        <Group gap="md" align="flex-start" grow>
          <TextInput
            label="Time of the day"
            placeholder="17:00"
            value={digests.time}
            error={error('time')}
            onChange={(event) => change({ time: event.currentTarget.value })}
          />
          <TextInput
            label="Zone"
            placeholder="Europe/Berlin"
            value={digests.zone}
            error={error('zone')}
            onChange={(event) => change({ zone: event.currentTarget.value })}
          />
        </Group>
        <Group gap="md" align="flex-start" grow>
          <Select
            label="Day of the weekly one"
            data={weekdays.map((label, place) => ({ value: String(place + 1), label }))}
            value={String(digests.weekday)}
            allowDeselect={false}
            onChange={(value) => change({ weekday: Number(value) })}
          />
          <NumberInput
            label="Day of the monthly one"
            description="The last one in shorter months"
            min={1}
            max={31}
            value={digests.day}
            onChange={(value) => change({ day: Number(value) || digests.day })}
          />
        </Group>
      </Stack>
    </Panel>
  );
}

function Storm({ policy, set }: PartProps) {
  const storm = policy.storm;
  return (
    <>
      <Switch
        label="Limit how many notifications a receiver gets"
        description="What is beyond the limit waits for one digest: it is not lost."
        checked={storm !== null}
        onChange={(event) =>
          set({ storm: event.currentTarget.checked ? { most: 30, window_seconds: 60 } : null })
        }
      />
      {storm && (
        <Group gap="md" grow>
          <NumberInput
            label="At most"
            min={1}
            max={10000}
            value={storm.most}
            onChange={(value) => set({ storm: { ...storm, most: Number(value) || 1 } })}
          />
          <NumberInput
            label="Within"
            suffix=" s"
            min={10}
            max={86400}
            value={storm.window_seconds}
            onChange={(value) => set({ storm: { ...storm, window_seconds: Number(value) || 60 } })}
          />
        </Group>
      )}
    </>
  );
}

function Flapping({ policy, set }: PartProps) {
  const flapping = policy.flapping;
  const put = (part: Partial<NonNullable<typeof flapping>>) =>
    flapping && set({ flapping: { ...flapping, ...part } });
  return (
    <>
      <Switch
        label="Tell once what comes and goes"
        description="An alert that changes more often than this is told as firing until it has been quiet."
        checked={flapping !== null}
        onChange={(event) =>
          set({
            flapping: event.currentTarget.checked ? { changes: 5, window_seconds: 900 } : null,
          })
        }
      />
      {flapping && (
        <Group gap="md" grow>
          <NumberInput
            label="More changes than"
            min={2}
            max={100}
            value={flapping.changes}
            onChange={(value) => put({ changes: Number(value) || 2 })}
          />
          <NumberInput
            label="Within"
            suffix=" s"
            min={60}
            max={86400}
            value={flapping.window_seconds}
            onChange={(value) => put({ window_seconds: Number(value) || 60 })}
          />
        </Group>
      )}
    </>
  );
}
