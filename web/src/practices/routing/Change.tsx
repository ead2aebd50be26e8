import { Button, Group, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';

import { routing, type RoutingInForce, type TextMistake } from '../../api';
import type { RoutingDraft } from '../../api/routing';
import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';
import { Panel } from '../../ui/Panel';
import { TextEditor } from '../../ui/TextEditor';
import { Replay } from './Replay';
import styles from './routing.module.css';
import { Templates } from './Templates';
import { Tester } from './Tester';

interface Props {
  found: RoutingInForce;
  /** What the editor begins with, when nothing is kept yet. */
  begin?: RoutingDraft;
}

/** What is written, and the version that it was written upon; null for whichever is newest. */
interface Written extends RoutingDraft {
  seen: number | null;
}

/** The text is changed, tried on labels and on the last days, and then saved with a reason. */
export function Change({ found, begin }: Props) {
  const [written, setWritten] = useState<Written | null>(begin ? { ...begin, seen: 0 } : null);
  const shown = written ?? { text: found.text, templates: found.templates, seen: found.version };
  const { text, templates } = shown;
  // The same as long as nobody writes: what waits for a pause would wait for ever.
  const draft = useMemo(() => ({ text, templates }), [text, templates]);
  const edit = (part: Partial<RoutingDraft>) => setWritten({ ...shown, ...part });
  const [looked] = useDebouncedValue(draft, 500);
  const check = useQuery(routing.check(looked, found.may_change && written !== null));
  const mistakes = written !== null && check.data ? check.data.errors : [];
  return (
    <div className={styles.stack}>
      {!found.may_change && <ReadOnly found={found} />}
      <Panel title="The text">
        <TextEditor
          label="Who is told of which alerts"
          description="As in Alertmanager’s configuration file. A secret that is to stay as it is may stay <secret>."
          value={shown.text}
          change={(text) => edit({ text })}
          marks={mistakes.map((mistake) => ({
            line: mistake.file === 'routing' ? mistake.line : 0,
            text: sentence(mistake),
          }))}
        />
        {found.kept !== 'file' && (
          <Templates templates={shown.templates} change={(templates) => edit({ templates })} />
        )}
        <Group mt="sm">
          <Button
            variant="default"
            disabled={written === null}
            onClick={() => setWritten(begin ? { ...begin, seen: 0 } : null)}
          >
            Begin again
          </Button>
        </Group>
      </Panel>
      <Tester configured draft={draft} />
      <Replay draft={draft} />
      {found.may_change && (
        <Save
          draft={draft}
          version={shown.seen ?? found.version}
          changed={written !== null}
          saved={() => setWritten(null)}
          again={() => setWritten({ ...shown, seen: null })}
        />
      )}
    </div>
  );
}

interface SaveProps {
  draft: RoutingDraft;
  version: number;
  changed: boolean;
  saved: () => void;
  /** The newest version was loaded; what was typed stays. */
  again: () => void;
}

function Save({ draft, version, changed, saved, again }: SaveProps) {
  const navigate = useNavigate({ from: '/alerts/routing' });
  const [reason, setReason] = useState('');
  const save = useSend(async () => {
    const kept = await routing.keep(draft, reason, version);
    notifications.show({
      message: kept.changed
        ? `Version ${kept.version} is in force`
        : `Nothing is changed: version ${kept.version} says the same`,
      color: 'teal',
    });
    saved();
    await navigate({ search: {} });
  });
  return (
    <Panel title="Save">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <TextInput
          label="Reason"
          description="It stands in the history beside your name."
          required
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group mt="sm">
          <Button type="submit" loading={save.pending} disabled={!changed}>
            Save
          </Button>
          {!changed && <span className={styles.sub}>Nothing is changed yet.</span>}
        </Group>
      </form>
      <Refusal
        problem={save.problem}
        kept
        reload={async () => {
          await save.reload();
          again();
        }}
      />
    </Panel>
  );
}

function ReadOnly({ found }: { found: RoutingInForce }) {
  return (
    <div className={styles.banner} role="note">
      {found.kept === 'file' ? (
        <>
          It is read from {found.file ? <code>{found.file}</code> : 'a file'}, which is changed
          where it is. Try a change here, copy it into the file, and load it again with SIGHUP or{' '}
          <code>POST /-/reload</code>. To change it here instead, take it over with{' '}
          <code>operate import alertmanager FILE --apply</code> once <code>routing.file</code> is no
          longer set.
        </>
      ) : (
        'Only an administrator changes the routing.'
      )}
    </div>
  );
}

function sentence({ file, line, message, remedy }: TextMistake) {
  const place = file === 'routing' ? '' : `${file}, line ${line}: `;
  return `${place}${message}${remedy ? `; ${remedy}` : ''}`;
}
