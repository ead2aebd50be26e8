/** Accounts, keys and settings. */

import type { ItemRef, Level, Priority, Role, Severity, Time } from './common';

/** A rule that names the team or the priority of an incident. */
export interface Route {
  name: string;
  when: string;
  team?: ItemRef | null;
  priority?: Priority | null;
}

export interface Account {
  name: string;
  display_name: string;
  role: Role;
  /** Whether it acts only on what belongs to its teams. */
  scoped?: boolean;
  teams: ItemRef[];
  person?: ItemRef | null;
}

export interface Session {
  state: 'setup_required' | 'anonymous' | 'signed_in';
  user?: Account | null;
  version: string;
  space: string;
}

export interface PriorityMatrix {
  cells: Record<Level, Record<Level, Priority>>;
}

export interface Policy {
  open_from: Severity;
  open_unmatched_from: Severity | null;
  default_escalation_policy: ItemRef | null;
  page_down_to: Priority;
  incidents: Record<string, unknown>;
}

export interface Token {
  name: string;
  role: Role;
  scopes: string[];
  created_at?: Time | null;
  used_at?: Time | null;
  expires_at?: Time | null;
  secret?: string | null;
}

export interface IntegrationKey {
  name: string;
  kind: string;
  created_at?: Time | null;
  used_at?: Time | null;
  url?: string | null;
  secret?: string | null;
}

export interface OutboxMessage {
  id: string;
  state: string;
  channel?: string | null;
  target?: string | null;
  attempts?: number;
  detail?: string | null;
  created_at?: Time | null;
  updated_at?: Time | null;
  subject?: string | null;
}
