import type {
  AlertClassed,
  AlertResponse,
  ImpactClass,
  IncidentStage,
  ItemState,
  Phase,
  Severity,
} from '../api';

/** The same words for the same states everywhere. */

export const stageWord = {
  new: 'New',
  assigned: 'Assigned',
  diagnosing: 'Diagnosing',
  action_ready: 'Action ready',
  resolving: 'Resolving',
  restored: 'Restored',
  resolved: 'Resolved',
  closed: 'Closed',
  on_hold: 'On hold',
  cancelled: 'Cancelled',
  merged: 'Merged',
} satisfies Record<IncidentStage, string>;

export const phaseWord = {
  detect: 'Detect',
  diagnose: 'Diagnose',
  resolve: 'Resolve',
  done: 'Done',
} satisfies Record<Phase, string>;

export const severityWord = {
  critical: 'Critical',
  error: 'Error',
  warning: 'Warning',
  info: 'Info',
  none: 'No severity',
} satisfies Record<Severity, string>;

export const classWord = {
  exception: 'Exception',
  warning: 'Warning',
  informational: 'Informational',
  unclassified: 'Unclassified',
} satisfies Record<AlertClassed, string>;

export const responseWord = {
  record: 'Only record it',
  notify: 'Tell receivers',
  open_incident: 'Open an incident',
  open_potential: 'Open potential work',
} satisfies Record<AlertResponse, string>;

export const impactWord = {
  performance: 'Performance',
  security: 'Security',
  compliance: 'Compliance',
} satisfies Record<ImpactClass, string>;

export const stateWord = {
  up: 'Up',
  degraded: 'Degraded',
  down: 'Down',
  unknown: 'Unknown',
} satisfies Record<ItemState, string>;

/** `mission_critical` → `Mission critical`. */
export function words(code: string): string {
  const text = code.replaceAll('_', ' ').replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `person:ada` → `ada`; `system:clockwork` → `Operate`, whichever of its parts. */
export function actorName(actor: string): string {
  const at = actor.indexOf(':');
  if (at < 0) return actor;
  const kind = actor.slice(0, at);
  const name = actor.slice(at + 1);
  if (kind === 'system') return 'Operate';
  if (kind === 'token') return `${name} (token)`;
  if (kind === 'integration') return `${name} (integration)`;
  if (kind === 'link') return `${name} (by link)`;
  return name;
}

/** The name part of `kind/name`. */
export function itemName(item: string): string {
  const at = item.indexOf('/');
  return at < 0 ? item : item.slice(at + 1);
}

/** The kind part of `kind/name`. */
export function itemKind(item: string): string {
  const at = item.indexOf('/');
  return at < 0 ? '' : item.slice(0, at);
}

/** `1 incident`, `2 incidents`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;
}
