/**
 * The shapes on the wire, in one place. Once `generated.ts` (made by `npm run api` from the
 * server's OpenAPI document) describes a record, its shape here becomes an alias of that.
 */

/** RFC 3339, UTC. */
export type Time = string;
/** `kind/name`, for example `service/orders`. */
export type ItemRef = string;
/** `kind:name`, for example `person:ada` or `system:clockwork`. */
export type Actor = string;

export type Priority = 'P1' | 'P2' | 'P3' | 'P4' | 'P5';
export type Level = 'high' | 'medium' | 'low';
export type Severity = 'critical' | 'error' | 'warning' | 'info' | 'none';
export type Phase = 'detect' | 'diagnose' | 'resolve' | 'done';
export type IncidentStage =
  | 'new'
  | 'assigned'
  | 'diagnosing'
  | 'action_ready'
  | 'resolving'
  | 'restored'
  | 'resolved'
  | 'closed'
  | 'on_hold'
  | 'cancelled'
  | 'merged';
export type ItemState = 'up' | 'degraded' | 'down' | 'unknown';
export type Criticality = 'mission_critical' | 'high' | 'normal' | 'low';
export type Role = 'admin' | 'responder' | 'viewer';

export interface List<T> {
  items: T[];
  next?: string | null;
  total?: number | null;
}

export interface Choice {
  value: string;
  label: string;
}

export interface CommandField {
  name: string;
  kind: string;
  required: boolean;
  label: string;
  options?: (string | Choice)[] | null;
  help?: string | null;
}

/** A command that this person may give now. The server decides; the web only draws it. */
export interface Allowed {
  command: string;
  label: string;
  fields?: CommandField[] | null;
}

export interface Stamp {
  at: Time;
  source: 'measured' | 'derived' | 'entered';
}

export interface PriorityLine {
  step: string;
  value: string;
  because: string;
}

export interface Member {
  alert: string;
  title: string;
  item?: ItemRef | null;
  severity: Severity;
  reason: string;
  primary: boolean;
  joined_at: Time;
  cleared_at?: Time | null;
  detached: boolean;
}

export interface Affected {
  usecases: ItemRef[];
  products: ItemRef[];
  services: ItemRef[];
  users?: number | null;
  note?: string;
}

export interface Comment {
  at: Time;
  by: Actor;
  text: string;
}

export interface Task {
  id: string;
  title: string;
  assignee?: ItemRef | null;
  done_at?: Time | null;
}

export interface LinkOut {
  url: string;
  title: string;
  kind: string;
}

export interface Incident {
  id: string;
  number: number;
  version: number;
  title: string;
  description?: string;
  stage: IncidentStage;
  phase: Phase;
  hold?: { reason: string; note: string; since: Time; previous: IncidentStage } | null;
  impact: Level;
  urgency: Level;
  priority: Priority;
  severity: Severity;
  priority_lines: PriorityLine[];
  priority_override?: { priority: Priority; reason: string; by: Actor; at: Time } | null;
  main_item?: ItemRef | null;
  items: ItemRef[];
  affected: Affected;
  members: Member[];
  team?: ItemRef | null;
  assignee?: ItemRef | null;
  assigned_because?: string | null;
  roles: Record<string, ItemRef>;
  times: Partial<Record<string, Stamp | null>>;
  acknowledged_by?: Actor | null;
  cause_class?: string | null;
  resolution_code?: string | null;
  resolution_note?: string | null;
  comments?: Comment[];
  tasks?: Task[];
  links: LinkOut[];
  merged_into?: string | null;
  reopen_count: number;
  stage_since: Time;
  opened_at: Time;
  updated_at: Time;
  allowed: Allowed[];
}

export interface NewIncident {
  title: string;
  description?: string;
  item?: ItemRef;
  impact?: Level;
  urgency?: Level;
  severity?: Severity;
}

export interface Alert {
  id: string;
  fingerprint: string;
  state: string;
  name: string;
  summary: string;
  severity: Severity;
  source: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  generator_url?: string | null;
  item?: ItemRef | null;
  matched_by?: string | null;
  incident?: string | null;
  starts_at: Time;
  ends_at?: Time | null;
  expires_at?: Time | null;
  first_seen: Time;
  last_seen: Time;
  received_at: Time;
  fired_count: number;
  acknowledged_by?: Actor | null;
  version: number;
  allowed: Allowed[];
}

export interface Call {
  message: string;
  step: number;
  round: number;
  contact: ItemRef;
  channel: string;
  target: string;
  at: Time;
  result: string;
  detail?: string | null;
  attempts: number;
  result_at?: Time | null;
}

export interface Page {
  id: string;
  incident: string;
  policy?: ItemRef | null;
  stage: 'ringing' | 'acknowledged' | 'exhausted' | 'cancelled';
  summary: { number: number; title: string; priority: Priority; service?: ItemRef | null };
  step: number;
  round: number;
  next_step_at?: Time | null;
  calls: Call[];
  acknowledged_by?: Actor | null;
  acknowledged_at?: Time | null;
  version?: number;
  allowed: Allowed[];
}

export interface JournalEntry {
  seq: number;
  at: Time;
  actor: Actor;
  subject?: string;
  kind: string;
  title?: string | null;
  data?: unknown;
}

export interface Impact {
  root: ItemRef;
  at: Time;
  hits: { item: ItemRef; hops: number; path: ItemRef[]; softened: boolean; because?: string }[];
}

export interface MatchRule {
  name: string;
  when: string;
  item: string;
}

export interface MatchPreview {
  matches: number;
  examples: unknown[];
}

export interface EstateItem {
  item: ItemRef;
  title: string;
  kind: string;
  team?: ItemRef | null;
  criticality?: Criticality | null;
  state?: ItemState | null;
  labels?: Record<string, string>;
  managed_by: string;
  version?: number;
}

export interface EstateItemDetail extends EstateItem {
  spec: Record<string, unknown>;
  depends_on: { to: ItemRef; type: string; group?: string | null }[];
  dependents: ({ from: ItemRef; type: string } | ItemRef)[];
  usecases: ItemRef[];
  incidents: Incident[];
  alerts: Alert[];
  changes: JournalEntry[];
}

export interface ResourceDocument {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec: Record<string, unknown>;
}

export interface GraphNode {
  id: ItemRef;
  title: string;
  kind: string;
  team?: ItemRef | null;
  criticality?: Criticality | null;
  state?: ItemState | null;
}

export interface GraphEdge {
  from: ItemRef;
  to: ItemRef;
  type: string;
  group?: string | null;
  need?: number | null;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface PlanResult {
  changes: {
    action: 'create' | 'update' | 'delete' | 'unchanged';
    item: ItemRef;
    fields: { path: string; before?: unknown; after?: unknown }[];
    drift: boolean;
  }[];
  errors: {
    file: string;
    line?: number | null;
    column?: number | null;
    field?: string | null;
    message: string;
    remedy?: string | null;
  }[];
}

export interface Account {
  name: string;
  display_name: string;
  role: Role;
  teams: ItemRef[];
  person?: ItemRef | null;
}

export interface Session {
  state: 'setup_required' | 'anonymous' | 'signed_in';
  user?: Account | null;
  version: string;
  space: string;
}

export interface ItemHealth {
  item: ItemRef;
  title: string;
  state: ItemState;
  incidents: number;
  usecases?: ItemRef[];
  mission_critical?: boolean;
}

export interface Overview {
  now: Time;
  open: { detect: number; diagnose: number; resolve: number };
  by_priority: Partial<Record<Priority, number>>;
  incidents: Incident[];
  products: ItemHealth[];
  usecases: ItemHealth[];
  on_call: {
    policy: ItemRef;
    title: string;
    contacts: { person: ItemRef; name: string; after_seconds: number }[];
  }[];
  alerts: { open: number; unmatched: number };
  paging: { ringing: number; dead_letters: number };
  activity: JournalEntry[];
}

export interface Figure {
  name: string;
  title: string;
  from: string;
  to: string;
  n: number;
  excluded: { incident: string; number: number; why: string }[];
  mean_seconds?: number | null;
  median_seconds?: number | null;
  p90_seconds?: number | null;
  incidents: {
    id: string;
    number: number;
    title: string;
    seconds: number;
    priority: Priority;
    item?: ItemRef | null;
    ended_at: Time;
  }[];
}

export interface FigureGroup {
  key: string;
  figures: Pick<Figure, 'name' | 'n' | 'mean_seconds' | 'median_seconds' | 'p90_seconds'>[];
}

export interface TimesReport {
  from: Time;
  to: Time;
  figures: Figure[];
  by_priority: FigureGroup[];
  by_item: FigureGroup[];
  counts: {
    opened: number;
    resolved: number;
    reopened: number;
    by_cause_class: Record<string, number>;
    per_day: { day: string; opened: number; resolved: number }[];
  };
}

export interface PriorityMatrix {
  cells: Record<Level, Record<Level, Priority>>;
}

export type Policy = Record<string, number>;

export interface Token {
  name: string;
  role: Role;
  scopes: string[];
  created_at?: Time | null;
  last_used_at?: Time | null;
  expires_at?: Time | null;
  secret?: string | null;
}

export interface IntegrationKey {
  name: string;
  kind: string;
  created_at?: Time | null;
  last_used_at?: Time | null;
  url?: string | null;
  secret?: string | null;
}

export interface OutboxMessage {
  id: string;
  state: string;
  channel?: string | null;
  target?: string | null;
  attempts?: number;
  last_error?: string | null;
  created_at?: Time | null;
  updated_at?: Time | null;
  subject?: string | null;
}

/** RFC 9457 problem details as the server writes them. */
export interface ProblemDetails {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  field?: string | null;
  remedy?: string | null;
  reference?: string | null;
}
