import { ActionIcon, Button, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';

import type { MappingRule } from '../../api';
import { Panel } from '../../ui/Panel';
import type { Wrong } from './MappingEditor';

/** A rule that says nothing yet. */
export const empty: MappingRule = {
  name: '',
  when: '',
  each: '',
  title: '',
  key: '',
  state: '',
  severity: '',
  item: '',
  labels: '',
  annotations: '',
  url: '',
  starts_at: '',
};

type Field = keyof MappingRule;

const first: [Field, string, string, string][] = [
  ['title', 'Title', 'What is wrong, in one line', 'body.alert + " on " + body.host'],
  ['key', 'Key', 'Tells one alert from others; the title, if empty', 'body.host + body.alert'],
  [
    'state',
    'State',
    'firing or resolved, or true for firing; always firing, if empty',
    'body.state',
  ],
  ['severity', 'Severity', 'A word such as critical; warning, if empty', 'body.level'],
];
const more: [Field, string, string, string][] = [
  ['each', 'For each', 'A list: every entry makes an alert, named each', 'body.alerts'],
  ['item', 'Item', 'kind/name of the estate, or an empty text', '"service/" + body.service'],
  ['labels', 'Labels', 'A map: what it is about', '{"host": body.host}'],
  ['annotations', 'Annotations', 'A map: what explains it', '{"description": body.text}'],
  ['url', 'Address', 'Where the source shows it', 'body.link'],
  ['starts_at', 'Since', 'An RFC 3339 time', 'body.time'],
];

const mono = { input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } };

interface Props {
  rule: MappingRule;
  place: number;
  wrong: Wrong | null;
  set: (rule: MappingRule) => void;
  /** Nothing for the only rule. */
  remove: (() => void) | null;
}

/** One kind of event and what it means; every text but the name is an expression in CEL. */
export function MappingRuleForm({ rule, place, wrong, set, remove }: Props) {
  const filled = more.some(([name]) => rule[name]) || more.some(([name]) => name === wrong?.field);
  const [opened, setOpened] = useState(false);
  const put = (name: Field, value: string) => set({ ...rule, [name]: value });
  const expression = ([name, label, help, example]: [Field, string, string, string]) => (
    <Textarea
      key={name}
      label={label}
      description={help}
      placeholder={example}
      required={name === 'title'}
      autosize
      minRows={1}
      spellCheck={false}
      styles={mono}
      value={rule[name]}
      error={wrong?.field === name ? wrong.problem : undefined}
      onChange={(event) => put(name, event.currentTarget.value)}
    />
  );
  return (
    <Panel
      title={rule.name || `Rule ${place + 1}`}
      actions={
        remove && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove rule ${place + 1}`}
            onClick={remove}
          >
            <IconX size={15} />
          </ActionIcon>
        )
      }
    >
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <TextInput
            label="Name"
            description="Shown where the rule was used"
            value={rule.name}
            onChange={(event) => put('name', event.currentTarget.value)}
          />
          {expression(['when', 'When', 'Which events it is for; all, if empty', 'has(body.alert)'])}
          {first.map(expression)}
          {(opened || filled) && more.map(expression)}
        </SimpleGrid>
        {!opened && !filled && (
          <div>
            <Button size="compact-xs" variant="subtle" onClick={() => setOpened(true)}>
              More: lists, item, labels, annotations, address, time
            </Button>
          </div>
        )}
      </Stack>
    </Panel>
  );
}
