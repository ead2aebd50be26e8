/** The first page. */

import type { ItemRef, JournalEntry, Priority, Time } from './common';
import type { ItemState } from './estate';
import type { Incident } from './incidents';

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
  alerts: { open: number; unmatched: number; critical?: number };
  paging: { ringing: number; dead_letters: number; exhausted?: number };
  activity: JournalEntry[];
}
