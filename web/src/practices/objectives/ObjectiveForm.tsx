import { Button, Fieldset, Group, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useNavigate } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';

import { estate, type PlanResult, type ResourceDocument } from '../../api';
import { useSend } from '../../kit/command';
import { ItemSelect } from '../../kit/ItemSelect';
import { Refusal } from '../../kit/Refusal';
import { Panel } from '../../ui/Panel';
import { Allows } from './Allows';
import { documentOf, type Draft, draftOf, promisesAnew } from './draft';
import { IndicatorFields } from './IndicatorFields';
import { PromiseFields } from './PromiseFields';
import { WhyFields } from './WhyFields';

interface Props {
  document: ResourceDocument;
  /** The version that is changed; nothing: it is new. */
  version?: number | undefined;
  existing?: boolean;
  /** It is shown, and changed elsewhere. */
  readOnly?: boolean;
}

/** Writes the same resource as the editor, one question after another. */
export function ObjectiveForm({ document, version, existing = false, readOnly = false }: Props) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(() => draftOf(document));
  const [mistakes, setMistakes] = useState<PlanResult['errors']>([]);
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const anew = promisesAnew(draft, document, existing);
  const { run, pending, problem, reload } = useSend(async () => {
    const made = documentOf(draft, document);
    const { stringify } = await import('yaml');
    const planned = await estate.plan('objective.yaml', stringify(made));
    setMistakes(planned.errors);
    if (planned.errors.length > 0) return;
    await estate.put(made, version, anew ? draft.why : undefined);
    notifications.show({ message: `${draft.name} saved`, color: 'teal' });
    await navigate({ to: '/objectives/$name', params: { name: draft.name } });
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run();
  };
  return (
    <form onSubmit={submit} aria-label="Objective">
      <Fieldset variant="unstyled" disabled={readOnly}>
        <Stack gap="sm" maw={760}>
          <Panel title="What it is about">
            <Stack gap="sm">
              <TextInput
                label="Name"
                description="Letters, digits, dots and dashes; it stands in addresses and files"
                required
                disabled={existing}
                value={draft.name}
                onChange={(event) => set({ name: event.currentTarget.value })}
              />
              <TextInput
                label="Title"
                description="What people call it: “Checkouts that succeed”"
                value={draft.title}
                onChange={(event) => set({ title: event.currentTarget.value })}
              />
              <ItemSelect
                label="Item"
                description="The service, product, use case or component that has to be good"
                required
                value={draft.item}
                onChange={(item) => set({ item })}
              />
            </Stack>
          </Panel>
          <IndicatorFields draft={draft} set={set} />
          <PromiseFields draft={draft} set={set} />
          <Allows draft={draft} existing={existing} />
          {anew && <WhyFields draft={draft} set={set} />}
          <Refusal problem={problem} reload={reload} kept />
          {mistakes.length > 0 && <Mistakes mistakes={mistakes} />}
          {!readOnly && (
            <Group justify="flex-end" gap="xs">
              <Button type="submit" loading={pending}>
                {existing ? 'Save' : 'Make the objective'}
              </Button>
            </Group>
          )}
        </Stack>
      </Fieldset>
    </form>
  );
}

function Mistakes({ mistakes }: { mistakes: PlanResult['errors'] }) {
  return (
    <div role="alert">
      <Panel title="Nothing was saved">
        <ul>
          {mistakes.map((mistake) => (
            <li key={`${mistake.field} ${mistake.message}`}>
              <b>{mistake.field}</b>: {mistake.message}; {mistake.remedy}
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
