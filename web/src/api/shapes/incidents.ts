/** Incidents. */

import type { Actor, Allowed, ItemRef, Level, Priority, Severity, Time } from './common';

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
  /** Not in the rows of a list, as are comments, tasks, links and allowed. */
  priority_lines?: PriorityLine[];
  priority_override?: { priority: Priority; reason: string; by: Actor; at: Time } | null;
  main_item?: ItemRef | null;
  main_because?: string;
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
  links?: LinkOut[];
  merged_into?: string | null;
  reopen_count: number;
  stage_since: Time;
  opened_at: Time;
  updated_at: Time;
  /** What usually comes next, in one sentence. */
  next_step?: string | null;
  allowed?: Allowed[];
}

export interface NewIncident {
  title: string;
  description?: string;
  item?: ItemRef;
  impact?: Level;
  urgency?: Level;
  severity?: Severity;
}
