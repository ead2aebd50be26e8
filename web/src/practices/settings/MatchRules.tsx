import { ActionIcon, Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowDown, IconArrowUp, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { alerts, type MatchRule, type MatchRules as Found } from '../../api';
import { useSend } from '../../kit/command';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { RuleEditor } from './RuleEditor';
import styles from './settings.module.css';

/** How an alert finds its item: the first rule that fits decides. */
export function MatchRules() {
  const query = useQuery(alerts.matchRules());
  const search = useSearch({ from: '/app/settings/$part' });
  return (
    <>
      <p className={styles.intro}>
        A rule names an item from the labels of an alert. Rules are tried from top to bottom; the
        first whose condition (CEL) holds decides, and the alert remembers its name.
      </p>
      <Loaded query={query} rows={5}>
        {(rules) => <Rules key={rules.version} found={rules} alert={search.alert} />}
      </Loaded>
    </>
  );
}

interface Editing {
  /** Where the rule stands; the length of the list for a new one. */
  index: number;
  rule: MatchRule;
}

function Rules({ found, alert }: { found: Found; alert: string | undefined }) {
  const stored = found.items;
  const navigate = useNavigate();
  const [editing, setEditing] = useState<Editing | null>(null);
  const { run, pending, problem, reload } = useSend((rules: MatchRule[]) =>
    alerts.saveMatchRules(rules, found.version),
  );
  const from = useQuery({ ...alerts.one(alert ?? ''), enabled: alert !== undefined });
  const fresh: Editing | null =
    editing ?? (from.data ? { index: stored.length, rule: suggest(from.data) } : null);

  const save = async (rules: MatchRule[]) => {
    if (!(await run(rules))) return;
    notifications.show({ message: 'Match rules saved', color: 'teal' });
    setEditing(null);
    if (alert) await navigate({ to: '/settings/$part', params: { part: 'rules' } });
  };
  const move = (index: number, step: number) => {
    const rules = [...stored];
    const [rule] = rules.splice(index, 1);
    if (rule) rules.splice(index + step, 0, rule);
    void save(rules);
  };

  return (
    <>
      <Refusal problem={problem} reload={reload} kept />
      {fresh && (
        <RuleEditor
          key={`${fresh.index}-${fresh.rule.name}`}
          rule={fresh.rule}
          exists={fresh.index < stored.length}
          labels={from.data?.labels ?? null}
          pending={pending}
          cancel={() => {
            setEditing(null);
            if (alert) void navigate({ to: '/settings/$part', params: { part: 'rules' } });
          }}
          save={(rule) => {
            const rules = [...stored];
            // A rule made for one alert goes first: the general ones below did not place it.
            if (fresh.index < stored.length) rules[fresh.index] = rule;
            else rules.unshift(rule);
            void save(rules);
          }}
        />
      )}
      <Panel
        title="Rules made here"
        count={stored.length || undefined}
        flush
        actions={
          <Button
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() =>
              setEditing({ index: stored.length, rule: { name: '', when: '', item: 'service/' } })
            }
          >
            Add a rule
          </Button>
        }
      >
        {stored.length === 0 && (
          <EmptyState title="No rule made here">
            Alerts are placed by the rules from files and by common labels such as service.
          </EmptyState>
        )}
        {stored.map((rule, index) => (
          <div key={rule.name} className={styles.rule}>
            <span className={styles.sub}>{index + 1}</span>
            <div style={{ minWidth: 0 }}>
              <b>{rule.name}</b>
              <div>
                when <code>{rule.when}</code>
              </div>
              <div>
                item <code>{rule.item}</code>
              </div>
            </div>
            <Group gap={4} wrap="nowrap" align="flex-start">
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                disabled={index === 0 || pending}
                aria-label={`Move ${rule.name} up`}
                onClick={() => move(index, -1)}
              >
                <IconArrowUp size={14} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                disabled={index === stored.length - 1 || pending}
                aria-label={`Move ${rule.name} down`}
                onClick={() => move(index, 1)}
              >
                <IconArrowDown size={14} />
              </ActionIcon>
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={`Change ${rule.name}`}
                onClick={() => setEditing({ index, rule })}
              >
                Change
              </Button>
              <Button
                size="compact-xs"
                variant="subtle"
                c="var(--op-bad)"
                disabled={pending}
                aria-label={`Remove ${rule.name}`}
                onClick={() => void save(stored.filter((other) => other !== rule))}
              >
                Remove
              </Button>
            </Group>
          </div>
        ))}
      </Panel>
      {found.routes.length > 0 && <Filed rules={found.routes} />}
    </>
  );
}

/** The rules that come from files of the estate, asked after those made here. */
function Filed({ rules }: { rules: Found['routes'] }) {
  return (
    <Panel title="Rules from files" count={rules.length} flush>
      {rules.map((rule, index) => (
        <div key={rule.name} className={styles.rule}>
          <span className={styles.sub}>{index + 1}</span>
          <div style={{ minWidth: 0 }}>
            <ItemLink item={`route/${rule.name}`} />
            <div>
              when <code>{rule.when || 'always'}</code>
            </div>
            <div>
              item <code>{rule.item}</code>
            </div>
          </div>
        </div>
      ))}
    </Panel>
  );
}

const telling = ['service', 'app', 'job', 'namespace', 'instance', 'alertname'];

/** A first draft for an alert that no rule placed: the label that tells most about it. */
export function suggest(alert: { name: string; labels: Record<string, string> }): MatchRule {
  const label = telling.find((name) => alert.labels[name]) ?? Object.keys(alert.labels)[0];
  const value = label ? (alert.labels[label] ?? '') : '';
  return {
    name: label ? `${label} ${value}` : alert.name,
    when: label ? `labels["${label}"] == ${JSON.stringify(value)}` : 'true',
    item: 'service/',
  };
}
