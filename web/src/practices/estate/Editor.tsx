import { Button, Group, Skeleton, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { estate, type ItemRef, type PlanResult, type ResourceDocument } from '../../api';
import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';
import { itemKind, itemName } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import { ProblemBox } from '../../ui/States';
import { SchedulePreview } from '../oncall/SchedulePreview';
import styles from './estate.module.css';

interface Props {
  document: ResourceDocument;
  existing?: { item: ItemRef; version: number | undefined };
  /** It is shown, and changed elsewhere. */
  readOnly?: boolean;
}

const FILE = 'editor.yaml';

/** A resource document as YAML: check shows what would change, save changes it. */
export function Editor({ document, existing, readOnly = false }: Props) {
  const navigate = useNavigate();
  const [text, setText] = useState<string | null>(null);
  const [planned, setPlanned] = useState<PlanResult | null>(null);
  const [version] = useState(existing?.version);

  useEffect(() => {
    let current = true;
    void import('yaml').then(({ stringify }) => {
      if (current) setText((before) => before ?? stringify(document));
    });
    return () => {
      current = false;
    };
  }, [document]);

  const check = useSend(async () => setPlanned(await estate.plan(FILE, text ?? '')));
  const warned = (planned?.warnings.length ?? 0) > 0;
  const save = useSend(async () => {
    if (!planned) {
      // Whoever promises more than is bought hears so before it is promised.
      const result = await estate.plan(FILE, text ?? '');
      if (result.warnings.length > 0) {
        setPlanned(result);
        return;
      }
    }
    const { parse } = await import('yaml');
    const read: unknown = parse(text ?? '');
    if (!isDocument(read)) {
      throw new Error('A document needs apiVersion, kind, metadata with a name, and spec.');
    }
    await estate.put(read, version);
    notifications.show({ message: `${read.metadata.name} saved`, color: 'teal' });
    await navigate({
      to: '/estate/$kind/$name',
      params: { kind: read.kind.toLowerCase(), name: read.metadata.name },
    });
  });
  const remove = useSend(async () => {
    if (!existing) return;
    await estate.remove(existing.item, existing.version);
    notifications.show({ message: `${itemName(existing.item)} removed`, color: 'teal' });
    await navigate({ to: '/estate' });
  });

  if (text === null) return <Skeleton height={300} />;
  const schedule = document.kind === 'Schedule' || /^kind: *Schedule *$/m.test(text);
  return (
    <>
      <div className={styles.columns}>
        <div className={styles.editor}>
          <Textarea
            aria-label="Document as YAML"
            autosize
            minRows={18}
            maxRows={40}
            spellCheck={false}
            readOnly={readOnly}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setPlanned(null);
            }}
          />
          <Group mt="sm" gap="xs">
            {!readOnly && (
              <>
                <Button loading={save.pending} onClick={() => void save.run()}>
                  {warned ? 'Save all the same' : 'Save'}
                </Button>
                <Button variant="default" loading={check.pending} onClick={() => void check.run()}>
                  Check
                </Button>
              </>
            )}
            <Button
              variant="default"
              onClick={() =>
                void (existing
                  ? navigate({
                      to: '/estate/$kind/$name',
                      params: { kind: itemKind(existing.item), name: itemName(existing.item) },
                    })
                  : navigate({ to: '/estate' }))
              }
            >
              Back
            </Button>
            {existing && !readOnly && (
              <RemoveButton
                name={itemName(existing.item)}
                pending={remove.pending}
                remove={() => void remove.run()}
              />
            )}
          </Group>
        </div>
        {!readOnly && (
          <Panel title="What changes">
            <Refusal problem={save.problem} reload={save.reload} kept />
            <Refusal problem={check.problem} reload={check.reload} kept />
            <Refusal problem={remove.problem} reload={remove.reload} />
            {planned ? (
              <Plan result={planned} />
            ) : (
              <div className={styles.sub}>
                Check compares this document with what is stored. Nothing is changed before you
                save.
              </div>
            )}
          </Panel>
        )}
      </div>
      {schedule && (
        <div style={{ marginTop: 12 }}>
          <SchedulePreview text={text} />
        </div>
      )}
    </>
  );
}

function RemoveButton({
  name,
  pending,
  remove,
}: {
  name: string;
  pending: boolean;
  remove: () => void;
}) {
  const [sure, setSure] = useState(false);
  return sure ? (
    <Button color="red.8" loading={pending} onClick={remove}>
      Yes, remove {name}
    </Button>
  ) : (
    <Button variant="subtle" color="red" c="var(--op-bad)" onClick={() => setSure(true)}>
      Remove
    </Button>
  );
}

function Plan({ result }: { result: PlanResult }) {
  if (result.errors.length > 0) {
    return (
      <>
        {result.errors.map((error, index) => (
          <ProblemBox
            key={index}
            title={`${error.line ? `Line ${error.line}: ` : ''}${error.message}`}
            remedy={error.remedy}
          />
        ))}
      </>
    );
  }
  return (
    <>
      {result.warnings.map((warning) => (
        <ProblemBox
          key={`${warning.item} ${warning.text}`}
          title={warning.item}
          remedy={warning.text}
        />
      ))}
      <Changes result={result} />
    </>
  );
}

function Changes({ result }: { result: PlanResult }) {
  const changes = result.changes.filter((change) => change.action !== 'unchanged');
  if (changes.length === 0) return <div className={styles.sub}>Nothing would change.</div>;
  return (
    <ul className={styles.changes}>
      {changes.map((change) => (
        <li key={change.item}>
          <b>{change.action}</b> {change.item}
          <ul>
            {change.fields.map((field) => (
              <li key={field.path}>
                <code>{field.path}</code>: {show(field.before)} → {show(field.after)}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}

function show(value: unknown): string {
  return value === undefined || value === null ? 'nothing' : JSON.stringify(value);
}

function isDocument(value: unknown): value is ResourceDocument {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    typeof value.kind === 'string' &&
    'metadata' in value &&
    typeof value.metadata === 'object' &&
    value.metadata !== null &&
    'name' in value.metadata &&
    'spec' in value
  );
}
