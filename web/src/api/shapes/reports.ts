/** Times. */

import type { ItemRef, Priority, Time } from './common';

export interface Figure {
  name: string;
  title: string;
  from: string;
  to: string;
  n: number;
  else_from?: string | null;
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
