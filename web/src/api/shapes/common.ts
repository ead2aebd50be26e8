/** What many records share. */

import type { PlanResult } from './estate';

/** RFC 3339, UTC. */
export type Time = string;

/** `kind/name`, for example `service/orders`. */
export type ItemRef = string;

/** `kind:name`, for example `person:ada` or `system:clockwork`. */
export type Actor = string;

export type Priority = 'P1' | 'P2' | 'P3' | 'P4' | 'P5';

export type Level = 'high' | 'medium' | 'low';

export type Severity = 'critical' | 'error' | 'warning' | 'info' | 'none';

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
  /** One sentence of help. */
  help?: string | null;
  fields?: CommandField[] | null;
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

/** RFC 9457 problem details as the server writes them. */
export interface ProblemDetails {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  field?: string | null;
  remedy?: string | null;
  reference?: string | null;
  /** The mistakes in files of the estate. */
  errors?: PlanResult['errors'];
}
