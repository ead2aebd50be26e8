import { Button, Checkbox, Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';

import { incidents, type IncidentSeverity, type Level, type NewIncident } from '../../api';
import { useSend } from '../../kit/command';
import { ItemSelect } from '../../kit/ItemSelect';
import { Refusal } from '../../kit/Refusal';
import { fromLocalInput, local } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import styles from './incidents.module.css';
import { Promised } from './Promised';

const levels: { value: Level; label: string }[] = [
  { value: 'high', label: 'High' },
  { value: 'medium', label: 'Medium' },
  { value: 'low', label: 'Low' },
];
const severities: { value: IncidentSeverity; label: string }[] = [
  { value: 'critical', label: 'Critical' },
  { value: 'error', label: 'Error' },
  { value: 'warning', label: 'Warning' },
  { value: 'info', label: 'Info' },
];

/** Reporting an incident by hand. */
export function IncidentNew() {
  const search = useSearch({ from: '/app/incidents/new' });
  const navigate = useNavigate();
  const [draft, setDraft] = useState<NewIncident>({
    title: search.title ?? '',
    ...(search.item ? { item: search.item } : {}),
  });
  const set = (change: Partial<NewIncident>) => setDraft((before) => ({ ...before, ...change }));
  const { run, pending, problem, reload } = useSend(async () => {
    const filled = Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== ''));
    const made = await incidents.create({ ...filled, title: draft.title });
    await navigate({ to: '/incidents/$id', params: { id: made.id } });
  });
  const at = (field: string) => (problem?.details.field === field ? problem.message : undefined);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run();
  };
  return (
    <>
      <PageHead
        title="Report an incident"
        meta="Something does not work as agreed. The owner of the item is called at once."
      />
      <div className={styles.report}>
        <Panel title="What is wrong">
          <form onSubmit={submit}>
            <Stack gap="sm">
              <Refusal problem={problem} reload={reload} kept />
              <TextInput
                label="Title"
                description="What does not work, for whom. “Checkout fails for card payments”"
                required
                autoFocus
                value={draft.title}
                onChange={(event) => set({ title: event.currentTarget.value })}
              />
              <ItemSelect
                label="What is hit"
                description="A service, component, product or use case. From it follow owner, impact and priority."
                value={draft.item ?? null}
                onChange={(item) => set({ item: item ?? '' })}
              />
              <Textarea
                label="What is known"
                autosize
                minRows={3}
                value={draft.description ?? ''}
                onChange={(event) => set({ description: event.currentTarget.value })}
              />
              <Group grow align="flex-start">
                <Choice
                  label="Impact"
                  data={levels}
                  value={draft.impact}
                  set={(impact) => set({ impact })}
                />
                <Choice
                  label="Urgency"
                  data={levels}
                  value={draft.urgency}
                  set={(urgency) => set({ urgency })}
                />
                <Choice
                  label="Severity"
                  data={severities}
                  value={draft.severity}
                  set={(severity) => set({ severity })}
                />
              </Group>
              <TextInput
                type="datetime-local"
                label="Since when"
                description="When it began, if that is known: the time to detect it counts from there."
                value={draft.started_at ? local(draft.started_at) : ''}
                error={at('started_at')}
                onChange={(event) =>
                  set({ started_at: fromLocalInput(event.currentTarget.value) ?? '' })
                }
              />
              <Group grow align="flex-start">
                <ItemSelect
                  label="Team"
                  description="Empty: the team that answers for what is hit."
                  kind="team"
                  value={draft.team ?? null}
                  onChange={(team) => set({ team: team ?? '' })}
                />
                <ItemSelect
                  label="Assignee"
                  description="Empty: nobody yet; people are called all the same."
                  kind="person"
                  value={draft.assignee ?? null}
                  onChange={(assignee) => set({ assignee: assignee ?? '', even_if_away: false })}
                />
              </Group>
              {(at('assignee') !== undefined || draft.even_if_away) && (
                <Checkbox
                  label="Charge them although they are away"
                  checked={draft.even_if_away ?? false}
                  onChange={(event) => set({ even_if_away: event.currentTarget.checked })}
                />
              )}
              <Group justify="flex-end" gap="xs">
                <Button
                  variant="default"
                  renderRoot={(props) => <Link to="/incidents" {...props} />}
                >
                  Back
                </Button>
                <Button type="submit" loading={pending}>
                  Report
                </Button>
              </Group>
            </Stack>
          </form>
        </Panel>
        <Promised draft={draft} />
      </div>
    </>
  );
}

interface ChoiceProps<V extends string> {
  label: string;
  data: { value: V; label: string }[];
  value: V | null | undefined;
  set: (value: V) => void;
}

function Choice<V extends string>({ label, data, value, set }: ChoiceProps<V>) {
  return (
    <Select
      label={label}
      placeholder="Worked out"
      data={data}
      value={value ?? null}
      onChange={(next) => {
        const found = data.find((option) => option.value === next);
        if (found) set(found.value);
      }}
    />
  );
}
