/** Pages: the calling of people. */

import type { Actor, Allowed, ItemRef, Priority, Time } from './common';

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
