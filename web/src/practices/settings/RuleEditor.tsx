import { Button, Code, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';

import { alerts, asProblem, estate, type MatchPreview, type MatchRule } from '../../api';
import { count } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './settings.module.css';

interface Props {
  rule: MatchRule;
  exists: boolean;
  /** The labels of the alert that the rule is made for. */
  labels: Record<string, string> | null;
  pending: boolean;
  save: (rule: MatchRule) => void;
  cancel: () => void;
}

/** One rule, with what it would match among the alerts of now. */
export function RuleEditor({ rule, exists, labels, pending, save, cancel }: Props) {
  const [draft, setDraft] = useState(rule);
  const [asked] = useDebouncedValue(draft, 350);
  const ready = asked.item.trim() !== '' && !asked.item.endsWith('/');
  const preview = useQuery({
    queryKey: ['match-preview', asked],
    queryFn: () => alerts.previewMatchRule({ ...asked, name: asked.name || 'preview' }),
    enabled: ready,
    retry: false,
  });
  const known = useQuery(estate.items({ kind: 'service', limit: 1000 }));
  const set = (change: Partial<MatchRule>) => setDraft((before) => ({ ...before, ...change }));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save(draft);
  };
  return (
    <Panel title={exists ? 'Change the rule' : 'New rule'}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            required
            autoFocus
            value={draft.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <Textarea
            label="When"
            description={
              <>
                A CEL condition on the labels; empty holds always. For example{' '}
                <Code>labels.job == &quot;orders&quot;</Code> or <Code>has(labels.service)</Code>
              </>
            }
            autosize
            minRows={1}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
            value={draft.when}
            onChange={(event) => set({ when: event.currentTarget.value })}
          />
          <TextInput
            label="Item"
            description={
              <>
                Kind and name; a label may stand in it: <Code>{'service/{labels.service}'}</Code>
              </>
            }
            required
            list="known-items"
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
            value={draft.item}
            onChange={(event) => set({ item: event.currentTarget.value })}
          />
          <datalist id="known-items">
            {(known.data?.items ?? []).map((item) => (
              <option key={item.item} value={item.item} />
            ))}
          </datalist>
          {labels && (
            <div className={styles.sub}>
              Labels of the alert:{' '}
              {Object.entries(labels).map(([name, value]) => (
                <Code key={name} mr={4}>
                  {name}={value}
                </Code>
              ))}
            </div>
          )}
          <div className={styles.sub} role="status">
            {preview.isError
              ? asProblem(preview.error).message
              : preview.data
                ? `Matches ${count(preview.data.matches, 'alert')} of now. ${examples(preview.data)}`
                : ready
                  ? 'Trying it on the alerts of now…'
                  : 'Name the item to see what the rule matches.'}
          </div>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={cancel}>
              Back
            </Button>
            <Button type="submit" loading={pending}>
              Save the rule
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}

function examples(found: MatchPreview): string {
  const names = found.examples.slice(0, 3).map((each) => `${each.name} → ${each.item}`);
  const unknown = found.unknown_items;
  return [
    names.length > 0 ? `For example ${names.join(', ')}.` : '',
    unknown.length > 0 ? `Not in the estate: ${unknown.join(', ')}.` : '',
  ].join(' ');
}
