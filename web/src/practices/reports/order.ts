import type { RuleReport } from '../../api';

/** What rules can be sorted by. */
const values: Record<string, (rule: RuleReport) => number | string> = {
  name: (rule) => rule.name.toLowerCase(),
  fired: (rule) => rule.fired,
  sets: (rule) => rule.label_sets,
  never: (rule) => rule.never_acknowledged_share ?? -1,
  idle: (rule) => rule.without_action_share ?? -1,
  flapping: (rule) => rule.changes_per_hour,
  median: (rule) => rule.median_seconds ?? -1,
  incidents: (rule) => rule.incidents.length,
  groups: (rule) => rule.groups_notified,
  votes: (rule) => rule.tuning?.votes ?? 0,
};

/** Rules by a field, with `-` before it the largest first; equal ones stay as the server has them. */
export function ordered(rules: readonly RuleReport[], sort: string): RuleReport[] {
  const value = values[sort.replace(/^-/, '')];
  if (!value) return [...rules];
  const sign = sort.startsWith('-') ? -1 : 1;
  return [...rules].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    return left === right ? 0 : left < right ? -sign : sign;
  });
}

/** The rules that a chosen figure is about. */
export const chosen = {
  never: { label: 'Nobody looked at', holds: (rule: RuleReport) => rule.never_acknowledged > 0 },
  idle: { label: 'Closed without action', holds: (rule: RuleReport) => rule.without_action > 0 },
  flapping: { label: 'Flapping', holds: (rule: RuleReport) => rule.changes_per_hour > 0 },
  offenders: { label: 'Repeat offenders', holds: (rule: RuleReport) => rule.offenders.length > 0 },
  noise: { label: 'Noise list', holds: (rule: RuleReport) => rule.tuning?.noisy === true },
} satisfies Record<string, { label: string; holds: (rule: RuleReport) => boolean }>;

export type Chosen = keyof typeof chosen;

export function isChosen(name: string | undefined): name is Chosen {
  return name !== undefined && name in chosen;
}
