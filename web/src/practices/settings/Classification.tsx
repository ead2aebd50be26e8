import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { classes, type ClassRule } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { ClassRow } from './ClassRow';
import { ClassRuleForm } from './ClassRuleForm';
import { ClassTrial } from './ClassTrial';
import styles from './settings.module.css';

/** What alerts mean: the first rule that fits gives class, response and what is at risk. */
export function Classification() {
  const query = useQuery(classes.rules());
  return (
    <>
      <p className={styles.intro}>
        A rule says what an alert means: whether it informs, warns or tells of a failure, what is
        done about it, and what it puts at risk. Rules are asked from top to bottom; the first that
        fits decides. They hold for whatever fires from now on; what fires already keeps its class
        until it fires again. The severity of an alert stays as it is.
      </p>
      <Loaded query={query} rows={5}>
        {(found) => <Rules key={found.version} stored={found.items} version={found.version} />}
      </Loaded>
    </>
  );
}

interface Editing {
  /** Where the rule stands; the length of the list for a new one. */
  index: number;
  rule: ClassRule;
}

const empty: ClassRule = {
  name: '',
  source: null,
  when: '',
  class: 'warning',
  response: 'open_potential',
  impacts: [],
  boundary: '',
};

function Rules({ stored, version }: { stored: ClassRule[]; version: number }) {
  const { alert } = useSearch({ from: '/app/settings/$part' });
  const navigate = useNavigate();
  const [editing, setEditing] = useState<Editing | null>(null);
  const { run, pending, problem, reload } = useSend((rules: ClassRule[]) =>
    classes.save(rules, version),
  );
  const draft = useQuery({ ...classes.draft(alert ?? ''), enabled: alert !== undefined }).data;
  const fresh: Editing | null = editing ?? (draft ? { index: stored.length, rule: draft } : null);

  const leave = async () => {
    setEditing(null);
    if (alert) await navigate({ to: '/settings/$part', params: { part: 'classification' } });
  };
  const save = async (rules: ClassRule[]) => {
    if (!(await run(rules))) return;
    notifications.show({ message: 'Classification saved', color: 'teal' });
    await leave();
  };
  const move = (index: number, step: number) => {
    const rules = [...stored];
    const [rule] = rules.splice(index, 1);
    if (rule) rules.splice(index + step, 0, rule);
    void save(rules);
  };
  const add = () => setEditing({ index: stored.length, rule: empty });
  const replaced = (rule: ClassRule) => {
    const rules = [...stored];
    rules[fresh?.index ?? stored.length] = rule;
    return rules;
  };

  return (
    <>
      <Refusal problem={problem} reload={reload} kept />
      {fresh && (
        <ClassRuleForm
          key={`${fresh.index}-${fresh.rule.name}`}
          rule={fresh.rule}
          exists={fresh.index < stored.length}
          pending={pending}
          rules={replaced}
          cancel={() => void leave()}
          save={(rule) => void save(replaced(rule))}
        />
      )}
      <Panel
        title="Rules"
        count={stored.length || undefined}
        flush
        actions={
          <Button variant="default" leftSection={<IconPlus size={14} />} onClick={add}>
            Add a rule
          </Button>
        }
      >
        {stored.length === 0 && (
          <EmptyState title="No rule yet: every alert is unclassified">
            Without a rule the severity of an alert decides what is done. Add a rule here, or open
            an alert and press Classify: the draft then fits it already.
          </EmptyState>
        )}
        {stored.map((rule, index) => (
          <ClassRow
            key={rule.name}
            rule={rule}
            place={index + 1}
            pending={pending}
            {...(index > 0 ? { up: () => move(index, -1) } : {})}
            {...(index < stored.length - 1 ? { down: () => move(index, 1) } : {})}
            change={() => setEditing({ index, rule })}
            remove={() => void save(stored.filter((other) => other !== rule))}
          />
        ))}
      </Panel>
      <ClassTrial />
    </>
  );
}
