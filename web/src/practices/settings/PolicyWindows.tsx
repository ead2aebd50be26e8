import { Button, NumberInput, Select, Stack, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { type Policy, type Priority, settings, type Severity, type Versioned } from '../../api';
import { ItemSelect } from '../../kit/ItemSelect';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { severityWord, words } from '../../kit/words';
import { duration } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './settings.module.css';
import { StageTargets } from './StageTargets';
import { useDraft } from './useDraft';

const meaning: Record<string, string> = {
  correlation_window_seconds:
    'Alerts on connected items that come within this time of each other become one incident.',
  shared_dependency_hops_max:
    'Alerts on two items with a common dependency are joined when the way over it has at most this many steps. 0: never.',
  growth_items_min: 'From this many alerting items on, urgency rises by one.',
  restore_after_clear_seconds:
    'When all alerts have been clear for this long, the incident counts as restored. Empty: only a person restores.',
  reopen_window_seconds:
    'An alert that returns within this time after the restoration belongs to the same incident; later it opens a new one.',
  reopen_within_days: 'A person may reopen a closed incident for this long.',
  unassigned_minutes:
    'After so many minutes in which nobody is charged with an incident it warns, whatever its priority. Empty: it never does.',
  close_after_resolved_days:
    'A resolved incident closes by itself after these days. Empty: only a person closes.',
};

/** What opens an incident, what calls people, and the spans of time by which incidents move on. */
export function PolicyWindows() {
  const query = useQuery(settings.policy());
  return (
    <Loaded query={query} rows={6}>
      {(found) => <Form found={found} />}
    </Loaded>
  );
}

const severities: Severity[] = ['critical', 'error', 'warning', 'info'];
const priorities: Priority[] = ['P1', 'P2', 'P3', 'P4', 'P5'];

function Form({ found }: { found: Versioned<Policy> }) {
  const form = useDraft(found, settings.savePolicy);
  const { draft: policy, problem } = form;
  const set = (change: Partial<Policy>) => form.setDraft((before) => ({ ...before, ...change }));
  const major = (change: Partial<Policy['major']>) =>
    set({ major: { ...policy.major, ...change } });
  const severityData = severities.map((value) => ({ value, label: severityWord[value] }));
  const severity = (value: string | null) => severities.find((each) => each === value) ?? null;
  return (
    <>
      <Refusal problem={problem} reload={form.reload} />
      <Panel title="What opens an incident and calls people">
        <Stack gap="md" maw={560}>
          <Select
            label="Alerts with an item open an incident from"
            data={severityData}
            value={policy.open_from}
            allowDeselect={false}
            onChange={(value) => set({ open_from: severity(value) ?? policy.open_from })}
          />
          <Select
            label="Alerts without an item open an incident from"
            description="Empty: they are only recorded and listed."
            data={severityData}
            value={policy.open_unmatched_from}
            clearable
            clearButtonProps={{ 'aria-label': 'Clear the severity' }}
            onChange={(value) => set({ open_unmatched_from: severity(value) })}
          />
          <Select
            label="People are called down to priority"
            data={priorities}
            value={policy.page_down_to}
            allowDeselect={false}
            onChange={(value) =>
              set({ page_down_to: priorities.find((each) => each === value) ?? 'P5' })
            }
          />
          <NumberInput
            label="Minutes after which whoever took it is called again when it becomes worse"
            description="Before that they look at it anyhow. Empty: they are not called again."
            min={0}
            max={10080}
            allowDecimal={false}
            value={policy.call_again_when_worse_after_minutes ?? ''}
            onChange={(value) =>
              set({
                call_again_when_worse_after_minutes: typeof value === 'number' ? value : null,
              })
            }
          />
          <NumberInput
            label="Minutes after which calling begins anew when nobody has answered"
            description="Once everybody was called as often as the policies say. Empty: it stays quiet then."
            min={5}
            max={10080}
            allowDecimal={false}
            value={policy.call_again_unanswered_after_minutes ?? ''}
            onChange={(value) =>
              set({
                call_again_unanswered_after_minutes: typeof value === 'number' ? value : null,
              })
            }
          />
          <ItemSelect
            label="Escalation policy of last resort"
            description="Called where nothing else names a policy, and where a policy ended without an answer."
            kind="escalationpolicy"
            value={policy.default_escalation_policy}
            onChange={(item) => set({ default_escalation_policy: item })}
          />
          <ItemSelect
            label="Escalation policy for what nobody is charged with in time"
            description="Called instead, until a team or a person is charged. Empty: the incident only warns."
            kind="escalationpolicy"
            value={policy.unassigned_escalation_policy}
            onChange={(item) => set({ unassigned_escalation_policy: item })}
          />
          <Switch
            label="What hangs on an incident ends with it"
            description="Resolved and closed together, once no alert of its own fires any more."
            checked={policy.incidents.end_with_parent}
            onChange={(event) =>
              set({
                incidents: { ...policy.incidents, end_with_parent: event.currentTarget.checked },
              })
            }
          />
        </Stack>
      </Panel>
      <Panel title="Major incidents">
        <Stack gap="md" maw={560}>
          <ItemSelect
            label="Escalation policy of the team for major incidents"
            description="Called when somebody declares one, beside whoever is called for the incident. Empty: nobody is, and the incident says so."
            kind="escalationpolicy"
            value={policy.major.escalation_policy}
            onChange={(item) => major({ escalation_policy: item })}
          />
          <Switch
            label="Propose one when a mission-critical use case is down"
            description="What redundancy carries, and what only warns, does not count."
            checked={policy.major.mission_critical}
            onChange={(event) => major({ mission_critical: event.currentTarget.checked })}
          />
          <NumberInput
            label="Propose one when so many products are down"
            description="0: never."
            min={0}
            max={1000}
            allowNegative={false}
            allowDecimal={false}
            value={policy.major.products}
            onChange={(value) =>
              major({ products: typeof value === 'number' ? value : policy.major.products })
            }
          />
        </Stack>
      </Panel>
      <Panel title="Alert rules of no use">
        <Stack gap="md" maw={560}>
          <NumberInput
            label="Votes that put a rule on the noise list"
            description="It stays there until its tuning task is done or dismissed."
            min={1}
            max={100}
            value={policy.noise_votes}
            onChange={(value) =>
              set({ noise_votes: typeof value === 'number' ? value : policy.noise_votes })
            }
          />
        </Stack>
      </Panel>
      <Panel title="Windows of time">
        <Stack gap="md" maw={560}>
          {Object.entries(policy.incidents)
            .filter(([name]) => name in meaning)
            .map(([name, value]) => (
              <Span
                key={name}
                name={name}
                value={typeof value === 'number' ? value : null}
                error={
                  problem?.details.field?.endsWith(name) === true ? problem.message : undefined
                }
                set={(next) => set({ incidents: { ...policy.incidents, [name]: next } })}
              />
            ))}
        </Stack>
      </Panel>
      <StageTargets
        targets={policy.incidents.stage_targets}
        refused={problem ? { field: problem.details.field, message: problem.message } : undefined}
        set={(stage_targets) => set({ incidents: { ...policy.incidents, stage_targets } })}
      />
      <div>
        <Button disabled={!form.changed} loading={form.pending} onClick={() => void form.send()}>
          Save
        </Button>
      </div>
    </>
  );
}

interface SpanProps {
  name: string;
  value: number | null;
  error: string | undefined;
  set: (value: number | null) => void;
}

function Span({ name, value, error, set }: SpanProps) {
  const seconds = name.endsWith('_seconds');
  const emptiable = meaning[name]?.includes('Empty:') ?? false;
  return (
    <div>
      <NumberInput
        label={words(name.replace(/_(seconds|minutes|days|max|min)$/, ''))}
        description={meaning[name]}
        suffix={
          seconds
            ? ' s'
            : name.endsWith('_days')
              ? ' days'
              : name.endsWith('_minutes')
                ? ' min'
                : ''
        }
        min={0}
        allowNegative={false}
        allowDecimal={false}
        value={value ?? ''}
        error={error}
        onChange={(next) => set(next === '' && emptiable ? null : Number(next) || 0)}
      />
      {seconds && value !== null && value >= 60 && (
        <div className={styles.sub}>{duration(value)}</div>
      )}
    </div>
  );
}
