import { Button, Code, Group, Modal, MultiSelect, Select, Stack, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';

import { type ContactWays, type NotifyRule, oncall, type Priority } from '../../api';
import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';
import { words } from '../../kit/words';
import styles from './oncall.module.css';

const PRIORITIES: Priority[] = ['P1', 'P2', 'P3', 'P4', 'P5'];
const WAITS = ['1m', '2m', '5m', '10m', '15m', '30m', '1h'];

interface Props {
  name: string;
  found: ContactWays;
  /** How the person is spoken of: `you are`, or `they are`. */
  they: string;
}

/** When a person is called how, in words, and the form in which they say it. */
export function Wishes({ name, found, they }: Props) {
  const [changing, setChanging] = useState(false);
  const kept = typeof found.kept_in === 'string';
  return (
    <div className={styles.note}>
      <Sentences label={`When ${they} called how`} sentences={found.in_words} />
      {found.one_way && <Weak says={found.one_way} />}
      {found.notify.some((rule) => rule.between) && (
        <p className={styles.sub}>Hours of {found.time_zone}.</p>
      )}
      {kept && (
        <p className={styles.sub}>
          Kept in {found.kept_in ? <Code>{found.kept_in}</Code> : 'files'}: change it there and
          apply it.
        </p>
      )}
      {found.may_try && !kept && (
        <Button size="compact-xs" variant="default" onClick={() => setChanging(true)}>
          Change when {they} called…
        </Button>
      )}
      <Modal
        opened={changing}
        onClose={() => setChanging(false)}
        title={`When ${they} called, and how`}
        size="lg"
      >
        {changing && <Form name={name} found={found} close={() => setChanging(false)} />}
      </Modal>
    </div>
  );
}

function Sentences({ label, sentences }: { label: string; sentences: string[] }) {
  return (
    <ul className={styles.plain} aria-label={label}>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

function Weak({ says }: { says: string }) {
  return (
    <p className={styles.lead} role="note">
      <span className={styles.bad}>{says}</span>
    </p>
  );
}

/** A rule as it is being written. */
interface Draft {
  priorities: Priority[];
  from: string;
  until: string;
  after: string;
  by: NotifyRule['by'];
}

const draft = (rule: NotifyRule): Draft => ({
  priorities: rule.priorities ?? [],
  from: rule.between?.from ?? '',
  until: rule.between?.until ?? '',
  after: rule.after ?? '',
  by: rule.by,
});

const rule = ({ priorities, from, until, after, by }: Draft): NotifyRule => ({
  priorities,
  by,
  ...(from || until ? { between: { from, until } } : {}),
  ...(after ? { after } : {}),
});

function Form({ name, found, close }: { name: string; found: ContactWays; close: () => void }) {
  const channels = [...new Set([...found.ways.map((way) => way.channel), 'push'])];
  const [drafts, setDrafts] = useState(() => found.notify.map(draft));
  const rules = drafts.map(rule);
  const preview = useQuery({
    ...oncall.notifyPreview(
      name,
      rules.filter((each) => each.by.length > 0),
    ),
    placeholderData: keepPreviousData,
  });
  const { run, pending, problem, reload } = useSend(() => oncall.notify(name, rules));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run().then((done) => {
      if (done) close();
    });
  };
  const change = (place: number, changed: Partial<Draft>) =>
    setDrafts((all) => all.map((each, at) => (at === place ? { ...each, ...changed } : each)));
  const blank: Draft = { priorities: [], from: '', until: '', after: '', by: [] };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Refusal problem={problem} reload={reload} kept />
        {drafts.map((each, place) => (
          <Rule
            key={place}
            place={place}
            rule={each}
            channels={channels}
            change={(changed) => change(place, changed)}
            remove={() => setDrafts((all) => all.filter((_, at) => at !== place))}
          />
        ))}
        <div>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => setDrafts((all) => [...all, blank])}
          >
            Add a rule
          </Button>
        </div>
        <div>
          <p className={styles.sub}>What that comes to, in hours of {found.time_zone}:</p>
          <Sentences label="What that comes to" sentences={preview.data?.words ?? []} />
          {preview.data?.warning && <Weak says={preview.data.warning} />}
        </div>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={pending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface RuleProps {
  place: number;
  rule: Draft;
  channels: string[];
  change: (changed: Partial<Draft>) => void;
  remove: () => void;
}

function Rule({ place, rule, channels, change, remove }: RuleProps) {
  const waits = rule.after && !WAITS.includes(rule.after) ? [rule.after, ...WAITS] : WAITS;
  return (
    <fieldset className={styles.rule}>
      <legend>Rule {place + 1}</legend>
      <MultiSelect
        label="For incidents"
        placeholder={rule.priorities.length ? undefined : 'All'}
        data={PRIORITIES}
        value={rule.priorities}
        onChange={(priorities) => change({ priorities: priorities })}
      />
      <MultiSelect
        label="In these ways"
        placeholder={rule.by.length ? undefined : 'Choose'}
        data={channels.map((channel) => ({ value: channel, label: words(channel) }))}
        value={rule.by}
        onChange={(by) => change({ by: by as Draft['by'] })}
      />
      <TextInput
        label="From"
        placeholder="22:00"
        value={rule.from}
        onChange={(event) => change({ from: event.currentTarget.value })}
      />
      <TextInput
        label="Until"
        placeholder="07:00"
        value={rule.until}
        onChange={(event) => change({ until: event.currentTarget.value })}
      />
      <Select
        label="After"
        placeholder="At once"
        clearable
        data={waits}
        value={rule.after || null}
        onChange={(after) => change({ after: after ?? '' })}
      />
      <Button size="compact-sm" variant="subtle" onClick={remove}>
        Remove rule {place + 1}
      </Button>
    </fieldset>
  );
}
