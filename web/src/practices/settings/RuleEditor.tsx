import { Button, Code, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';

import { alerts, asProblem, estate, type MatchRule } from '../../api';
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
  const ready = asked.when.trim() !== '' && asked.item.trim() !== '';
  const preview = useQuery({
    queryKey: ['match-preview', asked],
    queryFn: () => alerts.previewMatchRule({ ...asked, name: asked.name || 'preview' }),
    enabled: ready,
    retry: false,
  });
  const known = useQuery(estate.items({ kind: 'service', limit: 200 }));
  const set = (change: Partial<MatchRule>) => setDraft((before) => ({ ...before, ...change }));
  const submit = (event: FormEvent) => {
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
                A CEL condition on the labels, for example{' '}
                <Code>labels.job == &quot;orders&quot;</Code> or <Code>has(labels.service)</Code>
              </>
            }
            required
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
                ? `Matches ${count(preview.data.matches, 'alert')} of now. ${examples(preview.data.examples)}`
                : ready
                  ? 'Trying it on the alerts of now…'
                  : 'Fill in both fields to see what it matches.'}
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

function examples(found: unknown[]): string {
  const names = found.slice(0, 3).map((each) => {
    if (typeof each === 'string') return each;
    if (typeof each !== 'object' || each === null) return '';
    const name: unknown = Reflect.get(each, 'name') ?? Reflect.get(each, 'title');
    const item: unknown = Reflect.get(each, 'item');
    return [name, item].filter((part) => typeof part === 'string').join(' → ');
  });
  const shown = names.filter(Boolean);
  return shown.length > 0 ? `For example ${shown.join(', ')}.` : '';
}
