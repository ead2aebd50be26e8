/** Alerts and the rules that place them. */

import type { Actor, Allowed, ItemRef, Severity, Time } from './common';

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

export interface MatchRule {
  name: string;
  when: string;
  item: string;
}

/** A match rule that comes from a file of the estate. */
export interface FiledRule extends MatchRule {
  managed_by: string;
}

export interface MatchRules {
  items: MatchRule[];
  routes: FiledRule[];
  version: number;
}

export interface MatchPreview {
  matches: number;
  examples: { id: string; name: string; summary: string; item: ItemRef }[];
  unknown_items?: ItemRef[];
}
