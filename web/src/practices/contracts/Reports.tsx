import { Button, Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';

import { type ConsumerDesk, consumers } from '../../api';
import { StateWord } from '../../kit/Badges';
import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';
import { TimeAgo } from '../../kit/TimeAgo';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './contracts.module.css';

type Report = ConsumerDesk['reports'][number];

/** What she reported, and the form for something new. */
export function Reports({ desk }: { desk: ConsumerDesk }) {
  const [writing, setWriting] = useState(false);
  return (
    <Panel
      title="What you reported"
      actions={
        desk.services.length > 0 && (
          <Button size="xs" onClick={() => setWriting(!writing)} aria-expanded={writing}>
            Report a problem
          </Button>
        )
      }
    >
      <Stack gap="md">
        {writing && <ReportForm desk={desk} done={() => setWriting(false)} />}
        {desk.reports.length === 0 && !writing && <EmptyState title="You reported nothing" />}
        {desk.reports.map((report) => (
          <OneReport key={report.id} report={report} />
        ))}
      </Stack>
    </Panel>
  );
}

function ReportForm({ desk, done }: { desk: ConsumerDesk; done: () => void }) {
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const [item, setItem] = useState<string | null>(desk.services[0]?.item ?? null);
  const { run, pending, problem, reload } = useSend(() =>
    consumers.report({ title, description, item: item ?? '' }),
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run().then((sent) => sent && done());
  };
  return (
    <form onSubmit={submit} aria-label="Report a problem">
      <Stack gap="sm" maw={640}>
        <Refusal problem={problem} reload={reload} kept />
        <Select
          label="Service"
          required
          allowDeselect={false}
          data={desk.services.map((service) => ({ value: service.item, label: service.title }))}
          value={item}
          onChange={setItem}
        />
        <TextInput
          label="What does not work"
          required
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Textarea
          label="Anything to add"
          autosize
          minRows={2}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={pending}>
            Send
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function OneReport({ report }: { report: Report }) {
  const [text, setText] = useState('');
  const { run, pending, problem, reload } = useSend(() => consumers.comment(report.id, text));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run().then((sent) => sent && setText(''));
  };
  return (
    <section aria-label={`Report ${String(report.number)}`}>
      <p className={styles.answer}>
        <b>
          #{report.number} {report.title}
        </b>{' '}
        <StateWord state={report.state} tone={report.open ? 'warn' : 'none'} />{' '}
        <span className={styles.sub}>
          <TimeAgo at={report.reported_at} />
        </span>
      </p>
      {report.description && <p className={styles.sub}>{report.description}</p>}
      <ul className={styles.leftOut}>
        {report.comments.map((comment) => (
          <li key={comment.at}>
            <TimeAgo at={comment.at} /> <b>{comment.own ? 'You' : 'Answer'}:</b> {comment.text}
          </li>
        ))}
      </ul>
      {report.open && (
        <form onSubmit={submit}>
          <Refusal problem={problem} reload={reload} kept />
          <Group gap="xs" align="flex-end">
            <TextInput
              label={`Add to #${String(report.number)}`}
              required
              flex={1}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" loading={pending}>
              Add
            </Button>
          </Group>
        </form>
      )}
    </section>
  );
}
