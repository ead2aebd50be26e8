import {
  Button,
  Code,
  Group,
  MultiSelect,
  Select,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';

import {
  type AlertClass,
  type AlertResponse,
  asProblem,
  classes,
  type ClassRule,
  type ImpactClass,
  settings,
} from '../../api';
import { classWord, count, impactWord, responseWord } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './settings.module.css';

interface Props {
  rule: ClassRule;
  exists: boolean;
  pending: boolean;
  /** All rules with this one in its place. */
  rules: (rule: ClassRule) => ClassRule[];
  save: (rule: ClassRule) => void;
  cancel: () => void;
}

/** How many of the newest alerts a draft is tried on. */
const TRIED = 50;

const mono = {
  input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 },
};
const classNames = ['exception', 'warning', 'informational'] satisfies AlertClass[];
const responses = Object.keys(responseWord) as AlertResponse[];
const impacts = Object.keys(impactWord) as ImpactClass[];

/** One rule that classifies, with what it would make of the newest alerts. */
export function ClassRuleForm({ rule, exists, pending, rules, save, cancel }: Props) {
  const [draft, setDraft] = useState(rule);
  const sources = useQuery(settings.integrationKeys()).data?.items ?? [];
  const set = (change: Partial<ClassRule>) => setDraft((before) => ({ ...before, ...change }));
  const potential = draft.response === 'open_potential';
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save(draft);
  };
  return (
    <Panel title={exists ? 'Change the rule' : 'New rule'}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Group grow align="flex-start" preventGrowOverflow={false}>
            <TextInput
              label="Name"
              required
              autoFocus
              value={draft.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <TextInput
              label="Source"
              placeholder="Every integration"
              list="known-sources"
              value={draft.source ?? ''}
              onChange={(event) => set({ source: event.currentTarget.value || null })}
            />
          </Group>
          <datalist id="known-sources">
            {sources.map((source) => (
              <option key={source.name} value={source.name} />
            ))}
          </datalist>
          <Textarea
            label="When"
            description={
              <>
                A CEL condition over <Code>labels</Code>, <Code>annotations</Code>,{' '}
                <Code>severity</Code>, <Code>name</Code> and <Code>item</Code>; empty holds always.
                For example <Code>name.startsWith(&quot;Disk&quot;)</Code>
              </>
            }
            autosize
            minRows={1}
            spellCheck={false}
            styles={mono}
            value={draft.when ?? ''}
            onChange={(event) => set({ when: event.currentTarget.value })}
          />
          <Group grow align="flex-start" preventGrowOverflow={false}>
            <Select
              label="Class"
              allowDeselect={false}
              data={classNames.map((value) => ({ value, label: classWord[value] }))}
              value={draft.class}
              onChange={(value) => set({ class: value ?? draft.class })}
            />
            <Select
              label="Response"
              allowDeselect={false}
              data={responses.map((value) => ({ value, label: responseWord[value] }))}
              value={draft.response}
              onChange={(value) =>
                set({
                  response: value ?? draft.response,
                  ...(value === 'open_potential' ? {} : { boundary: '' }),
                })
              }
            />
            <MultiSelect
              label="What is at risk"
              placeholder={draft.impacts?.length ? '' : 'Nothing named'}
              data={impacts.map((value) => ({ value, label: impactWord[value] }))}
              value={draft.impacts ?? []}
              onChange={(values) =>
                set({ impacts: impacts.filter((each) => values.includes(each)) })
              }
            />
          </Group>
          {potential && (
            <TextInput
              label="Time to the boundary"
              description={
                <>
                  In CEL: seconds, a duration such as <Code>2h 30m</Code>, or a moment in RFC 3339.
                  Empty: no boundary is known. For example <Code>annotations.time_to_boundary</Code>
                </>
              }
              spellCheck={false}
              styles={mono}
              value={draft.boundary ?? ''}
              onChange={(event) => set({ boundary: event.currentTarget.value })}
            />
          )}
          <Preview draft={draft} rules={rules} />
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

/** What the rule would get in its place among the others. */
function Preview({ draft, rules }: { draft: ClassRule; rules: Props['rules'] }) {
  const [asked] = useDebouncedValue(draft, 350);
  const name = asked.name.trim() || 'this rule';
  const tried = useQuery(
    classes.tried({ rules: rules({ ...asked, name }), recent: TRIED, samples: [] }),
  );
  const found = tried.data?.items ?? [];
  const fitting = found.filter((each) => each.classification?.rule === name);
  const others = [...new Set(fitting.slice(0, 5).map((each) => each.name))].join(', ');
  return (
    <div className={styles.sub} role="status">
      {tried.isError
        ? asProblem(tried.error).message
        : !tried.data
          ? 'Trying it on the newest alerts…'
          : `Of the newest ${count(found.length, 'alert')} it classifies ${fitting.length}${others ? `: ${others}` : ''}.`}
      {tried.data?.failed.includes(name) &&
        ' It failed on one of them: ask with has(labels.name) where a label may be absent.'}
    </div>
  );
}
