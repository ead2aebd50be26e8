/** The estate and its graph. */

import type { Alert } from './alerts';
import type { ItemRef, JournalEntry, Time } from './common';
import type { Incident } from './incidents';

export type ItemState = 'up' | 'degraded' | 'down' | 'unknown';

export type Criticality = 'mission_critical' | 'high' | 'normal' | 'low';

export interface Hit {
  item: ItemRef;
  hops: number;
  path: ItemRef[];
  softened: boolean;
  because?: string;
}

export interface Impact {
  root: ItemRef | null;
  at: Time;
  hits: Hit[];
}

/** An answer of the estate with the reason for it. */
export interface Reasoned {
  to: ItemRef;
  because: string;
}

export interface EstateItem {
  item: ItemRef;
  title: string;
  kind: string;
  team?: ItemRef | null;
  criticality?: Criticality | null;
  state?: ItemState | null;
  description?: string | null;
  labels?: Record<string, string>;
  managed_by: string;
  /** Changed here since it was last applied from a file. */
  drift?: boolean;
  version?: number;
}

export interface EstateItemDetail extends EstateItem {
  spec: Record<string, unknown>;
  depends_on: { to: ItemRef; type: string; group?: string | null }[];
  dependents: { from: ItemRef; type: string; group?: string | null }[];
  usecases: Hit[];
  products: Hit[];
  owner?: Reasoned | null;
  operator?: Reasoned | null;
  escalation_policy?: Reasoned | null;
  inherited?: { criticality: Criticality; because: string } | null;
  mentioned_by?: ItemRef[];
  metadata: { name: string; title?: string; description?: string; labels?: Record<string, string> };
  incidents: Incident[];
  alerts: Alert[];
  changes: JournalEntry[];
}

export interface ResourceDocument {
  apiVersion: string;
  kind: string;
  metadata: Record<string, unknown> & { name: string };
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
