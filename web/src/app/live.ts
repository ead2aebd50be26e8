import type { QueryClient } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';

import { incidents, JOURNAL_STREAM, keys } from '../api';

export type LiveState = 'connecting' | 'live' | 'reconnecting';

let state: LiveState = 'connecting';
const listeners = new Set<() => void>();

function become(next: LiveState) {
  if (state === next) return;
  state = next;
  for (const each of listeners) each();
}

/** Whether changes on the server reach this page right now. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Keeps one connection to the journal for as long as the page is open. */
export function useLiveFeed() {
  const client = useQueryClient();
  useEffect(() => {
    const stale = new Stale(client);
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let interrupted = false;

    const open = () => {
      source = new EventSource(JOURNAL_STREAM);
      source.onopen = () => {
        failures = 0;
        become('live');
        // What happened during a gap was not heard.
        if (interrupted) stale.everything();
        interrupted = false;
      };
      source.onerror = () => {
        become('reconnecting');
        interrupted = true;
        if (source?.readyState === EventSource.CLOSED) {
          failures += 1;
          retry = setTimeout(open, Math.min(1000 * 2 ** failures, 15_000));
        }
      };
      const hear = (event: MessageEvent<string>) => stale.add(subjectOf(event.data));
      source.addEventListener('entry', hear);
      // The server says that some entries were missed.
      source.addEventListener('reload', () => stale.everything());
    };
    open();
    return () => {
      clearTimeout(retry);
      source?.close();
      stale.stop();
      become('connecting');
    };
  }, [client]);
}

function subjectOf(data: string): string {
  try {
    const entry: unknown = JSON.parse(data);
    if (typeof entry === 'object' && entry !== null && 'subject' in entry) {
      return typeof entry.subject === 'string' ? entry.subject : '';
    }
  } catch {
    // A line that is no entry, a keep-alive for example.
  }
  return '';
}

const GATHER_MS = 250;

/**
 * Gathers what became stale and refreshes it in one go. The next round starts only when this one
 * has been answered, so that a flood of entries never becomes a flood of requests.
 */
class Stale {
  private subjects = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private busy = false;
  private all = false;
  private stopped = false;
  private readonly client: QueryClient;

  constructor(client: QueryClient) {
    this.client = client;
  }

  add(subject: string) {
    if (subject) this.subjects.add(subject);
    this.plan();
  }

  everything() {
    this.all = true;
    this.plan();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private again() {
    if (this.subjects.size > 0 || this.all) this.plan();
  }

  private plan() {
    if (this.timer || this.busy || this.stopped) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.flush();
    }, GATHER_MS);
  }

  private async flush() {
    const subjects = [...this.subjects];
    const all = this.all;
    this.subjects.clear();
    this.all = false;
    if (subjects.length === 0 && !all) return;
    this.busy = true;
    try {
      await Promise.allSettled(
        staleKeys(subjects, all).map((queryKey) =>
          refresh(this.client, queryKey, queryKey === keys.incidentList ? idsOf(subjects) : []),
        ),
      );
    } finally {
      this.busy = false;
      this.again();
    }
  }
}

/** The incidents among a set of subjects. */
function idsOf(subjects: string[]): string[] {
  return subjects
    .filter((subject) => subject.startsWith('incident:'))
    .map((subject) => subject.slice('incident:'.length));
}

/** Which queries a set of subjects (`kind:id`) makes stale. */
export function staleKeys(subjects: string[], all = false): (readonly unknown[])[] {
  const kinds = new Set(subjects.map((subject) => subject.slice(0, subject.indexOf(':'))));
  const moved = ['incident', 'alert', 'page', 'clocks'];
  const work = all || moved.some((kind) => kinds.has(kind));
  const found: (readonly unknown[])[] = [keys.overview];
  if (work) {
    found.push(keys.incidentList, keys.clocks, keys.reports, [...keys.incidents, 'one']);
  }
  if (all || kinds.has('alert') || kinds.has('silence')) found.push(keys.alerts);
  if (all || kinds.has('silence')) found.push(keys.silences);
  if (all || kinds.has('tuning')) found.push(keys.tuning);
  if (all || kinds.has('heartbeat')) found.push(keys.heartbeats);
  if (work || kinds.has('item')) found.push(keys.estate, keys.contracts);
  if (all || kinds.has('item')) found.push(keys.objectives);
  const known = ['incident', 'alert', 'page', 'item', 'silence', 'heartbeat', 'tuning', 'clocks'];
  const other = [...kinds].some((kind) => !known.includes(kind));
  if (all || other || kinds.has('item')) found.push(keys.settings);
  return found;
}

/**
 * Asks again for what is on the screen. A list that was scrolled far would ask for all its pages
 * one after the other: there, rows that changed are read one by one and put in their place.
 */
async function refresh(client: QueryClient, queryKey: readonly unknown[], changed: string[]) {
  const deep = client
    .getQueryCache()
    .findAll({ queryKey, type: 'active' })
    .filter((query) => rowsOf(query.state.data) !== null && window.scrollY > TOP_PX);
  const skipped = new Set(deep.map((query) => query.queryHash));
  await client.invalidateQueries({ queryKey, predicate: (each) => !skipped.has(each.queryHash) });
  if (deep.length === 0) return;
  const ids = changed.slice(0, ROWS_MAX);
  const fresh = await Promise.all(
    ids.map((id) => client.query({ ...incidents.one(id), staleTime: 0 }).catch(() => null)),
  );
  for (const query of deep) {
    client.setQueryData<Pages>(query.queryKey, (data) => data && patched(data, fresh));
  }
}

/** So far down a list, its beginning is out of sight. */
const TOP_PX = 2500;
/** More rows than this do not change at once where somebody can follow them. */
const ROWS_MAX = 20;

interface Pages {
  pages: { items: { id: string }[] }[];
  pageParams: unknown[];
}

function patched(data: Pages, fresh: ({ id: string } | null)[]): Pages {
  const byId = new Map(fresh.flatMap((row) => (row ? [[row.id, row] as const] : [])));
  return {
    ...data,
    pages: data.pages.map((page) => ({
      ...page,
      items: page.items.map((row) => byId.get(row.id) ?? row),
    })),
  };
}

/** The rows of a long list, when it is one. */
function rowsOf(data: unknown): number | null {
  if (typeof data !== 'object' || data === null || !('pages' in data)) return null;
  return Array.isArray(data.pages) ? data.pages.length : null;
}
