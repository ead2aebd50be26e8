import { Button, Group, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { asProblem, type MappingPreview, type MappingRule, webhooks } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { CopyBox } from '../../ui/CopyBox';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { MappingExamples } from './MappingExamples';
import { MappingOutcome } from './MappingOutcome';
import { empty, MappingRuleForm } from './MappingRuleForm';
import styles from './mappings.module.css';
import settings from './settings.module.css';

interface Props {
  integration: string;
  kind: string;
}

/** The last events, the rules beside them, and what the rules make of the events. */
export function MappingEditor({ integration, kind }: Props) {
  const stored = useQuery(webhooks.mapping(integration));
  return (
    <Loaded query={stored} rows={6}>
      {(found) => (
        <Editor
          key={found.version}
          integration={integration}
          kind={kind}
          stored={found.rules}
          version={found.version}
        />
      )}
    </Loaded>
  );
}

interface EditorProps extends Props {
  stored: MappingRule[];
  version: number;
}

function Editor({ integration, kind, stored, version }: EditorProps) {
  const [rules, setRules] = useState<MappingRule[]>(stored.length > 0 ? stored : [empty]);
  const [shown, setShown] = useState<string | null>(null);
  const examples = useQuery(webhooks.examples(integration));
  const [asked] = useDebouncedValue(rules, 400);
  const some = (examples.data?.items.length ?? 0) > 0;
  const ready = asked.every((rule) => rule.title.trim() !== '');
  const preview = useQuery({ ...webhooks.preview(integration, asked), enabled: some && ready });
  const save = useSend(async () => {
    await webhooks.save(integration, rules, version);
    notifications.show({ message: 'Mapping saved', color: 'teal' });
  });
  const chosen = shown ?? examples.data?.items[0]?.id ?? null;
  const tried = preview.data?.items.find((one) => one.example === chosen);
  const refused = preview.isError ? asProblem(preview.error) : save.problem;
  const wrong = wrongAt(refused?.details.field, refused?.message, tried);
  const set = (place: number, rule: MappingRule) =>
    setRules((before) => before.map((each, at) => (at === place ? rule : each)));
  return (
    <>
      <div className={styles.columns}>
        <Panel title="Last events" count={some ? examples.data?.items.length : undefined}>
          <Loaded query={examples} rows={6}>
            {(found) =>
              found.items.length === 0 ? (
                <First integration={integration} />
              ) : (
                <MappingExamples examples={found.items} chosen={chosen} choose={setShown} />
              )
            }
          </Loaded>
        </Panel>
        <div className={styles.stack}>
          {kind === 'cloudevents' && stored.length === 0 && (
            <p className={settings.intro}>
              Until rules are saved, events are alerts that tell a severity, or a status such as
              firing and resolved.
            </p>
          )}
          {rules.map((rule, place) => (
            <MappingRuleForm
              key={place}
              rule={rule}
              place={place}
              wrong={wrong?.rule === place ? wrong : null}
              set={(next) => set(place, next)}
              remove={
                rules.length > 1
                  ? () => setRules((before) => before.filter((_, at) => at !== place))
                  : null
              }
            />
          ))}
          <Group justify="space-between" gap="xs">
            <Button
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => setRules((before) => [...before, empty])}
            >
              Another rule
            </Button>
            <Button loading={save.pending} onClick={() => void save.run()}>
              Save the mapping
            </Button>
          </Group>
          {save.problem && !wrong && <Refusal problem={save.problem} reload={save.reload} kept />}
        </div>
      </div>
      <Panel title="What comes out of the event that is shown">
        <MappingOutcome tried={tried} some={some} ready={ready} wrong={wrong !== null} />
      </Panel>
    </>
  );
}

/** Where something is wrong: in which rule, in which of its expressions. */
export interface Wrong {
  rule: number;
  field: string;
  problem: string;
}

/** The expression that cannot be read (`0.title`), else the one that fails on the event. */
function wrongAt(
  field: string | null | undefined,
  message: string | undefined,
  tried: MappingPreview | undefined,
): Wrong | null {
  const [, rule, name] = /^(\d+)\.(\w+)$/.exec(field ?? '') ?? [];
  if (rule !== undefined && name !== undefined) {
    return { rule: Number(rule), field: name, problem: message ?? '' };
  }
  return tried?.failure ?? null;
}

function First({ integration }: { integration: string }) {
  const text = [
    `curl ${window.location.origin}${webhooks.path(integration)} \\`,
    "  -H 'Authorization: Bearer YOUR_KEY' \\",
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"alert":"Disk full","host":"db1","state":"firing","level":"critical"}'`,
  ].join('\n');
  return (
    <Stack gap="sm">
      <EmptyState title="Nothing has come yet">
        Point the source at this address, or send a first event by hand. It is shown here within
        seconds; without a rule it makes no alert.
      </EmptyState>
      <CopyBox text={text} label="request that sends a first event" />
    </Stack>
  );
}
