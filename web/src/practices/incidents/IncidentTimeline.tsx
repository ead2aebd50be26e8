import { Button, Checkbox, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, type KeyboardEvent, useState } from 'react';

import { incidents } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { Timeline } from '../../kit/Timeline';
import { Fold } from '../../ui/Fold';
import { Panel } from '../../ui/Panel';
import styles from './incidents.module.css';
import type { PartProps } from './part';

/** As many entries as one reads at a glance; a storm writes hundreds. */
const NEWEST = 12;

/** What happened, newest first, and the box in which one adds to it. */
export function IncidentTimeline({ incident, send, can }: PartProps) {
  const query = useQuery(incidents.timeline(incident.id));
  return (
    <Panel title="Timeline">
      {can('comment') && <CommentBox send={send} />}
      <Loaded query={query} rows={5}>
        {(timeline) => (
          <Fold
            items={[...timeline.items].sort((a, b) => b.seq - a.seq)}
            first={NEWEST}
            more={`Show all ${timeline.items.length}`}
            less={`Show the newest ${NEWEST}`}
          >
            {(entries) => <Timeline entries={entries} />}
          </Fold>
        )}
      </Loaded>
    </Panel>
  );
}

function CommentBox({ send }: Pick<PartProps, 'send'>) {
  const [text, setText] = useState('');
  const [shared, setShared] = useState(false);
  const { run, pending, problem, reload } = useSend(send);
  const post = async () => {
    if (text.trim() === '') return;
    if (!(await run({ command: 'comment', text: text.trim(), public: shared }))) return;
    setText('');
    setShared(false);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void post();
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void post();
  };
  return (
    <form onSubmit={submit}>
      <Refusal problem={problem} reload={reload} kept />
      <div className={styles.comment}>
        <Textarea
          aria-label="Comment"
          placeholder="What do you see, what did you do? Ctrl Enter sends."
          autosize
          minRows={1}
          maxRows={8}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={keys}
        />
        <Button
          type="submit"
          size="sm"
          variant="default"
          loading={pending}
          disabled={text.trim() === ''}
        >
          Comment
        </Button>
      </div>
      <Checkbox
        size="xs"
        label="For the consumer, too"
        checked={shared}
        onChange={(event) => setShared(event.currentTarget.checked)}
      />
    </form>
  );
}
