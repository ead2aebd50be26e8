import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { body, etag, http, idempotencyKey, query } from './client';
import { keys } from './keys';
import type { AlertCommand, AlertFilterBody, MatchRule } from './types';

export interface AlertFilter {
  state?: string;
  severity?: string;
  class?: string;
  impact?: string;
  name?: string;
  item?: string;
  matched?: string;
  source?: string;
  receiver?: string;
  team?: string;
  matching?: string;
  silenced?: string;
  q?: string;
  incident?: string;
  sort?: string;
}

const PAGE_ROWS = 200;

export const list = (filter: AlertFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.alertList, filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      body(
        http.GET('/api/v1/alerts', {
          params: { query: query({ ...filter, limit: PAGE_ROWS, after: pageParam }) },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
  });

export interface HistoryFilter {
  from?: string;
  to?: string;
  state?: string;
  severity?: string;
  class?: string;
  impact?: string;
  name?: string;
  item?: string;
  team?: string;
  source?: string;
  acknowledged?: string;
  label?: string;
  q?: string;
  sort?: string;
}

const HISTORY_ROWS = 100;

/** What alerts went through, also those that are closed. */
export const history = (filter: HistoryFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.alerts, 'history', filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      body(
        http.GET('/api/v1/alerts/history', {
          params: { query: query({ ...filter, limit: HISTORY_ROWS, after: pageParam }) },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
  });

/** Where the same is downloaded as comma-separated values. */
export function historyCsv(filter: HistoryFilter): string {
  return `/api/v1/alerts/history.csv?${new URLSearchParams({ ...filter }).toString()}`;
}

export const one = (id: string) =>
  queryOptions({
    queryKey: keys.alert(id),
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/alerts/{id}', { params: { path: { id } }, signal })),
  });

export const timeline = (id: string) =>
  queryOptions({
    queryKey: [...keys.alert(id), 'timeline'],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/alerts/{id}/timeline', { params: { path: { id } }, signal })),
  });

/** The way of an alert from its source to everybody who was told. */
export const explanation = (id: string) =>
  queryOptions({
    queryKey: [...keys.alert(id), 'explanation'],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/alerts/{id}/explanation', { params: { path: { id } }, signal })),
  });

/** The first alerts of a list, the worst first. */
export const some = (filter: AlertFilter, limit: number) =>
  queryOptions({
    queryKey: [...keys.alertList, 'some', filter, limit],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/alerts', { params: { query: query({ ...filter, limit }) }, signal })),
  });

/** Names of labels that alerts of now have; not read anew with every change of an alert. */
export const labelNames = () =>
  queryOptions({
    queryKey: ['alert-labels'],
    queryFn: async ({ signal }) => {
      const found = await body(
        http.GET('/api/v1/alerts', { params: { query: { limit: 100 } }, signal }),
      );
      const names = found.items.flatMap((alert) => Object.keys(alert.labels));
      return [...new Set(names)].sort((a, b) => a.localeCompare(b));
    },
    staleTime: 60_000,
  });

/** Alerts by what they have in common, the worst first. */
export const groups = (by: string, filter: AlertFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.alertList, 'groups', by, filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      body(
        http.GET('/api/v1/alerts/groups', {
          params: { query: { by, ...query({ ...filter, limit: PAGE_ROWS, after: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
  });

/** Which alerts a command for many means: these, or those that fit one of the filters. */
export interface Chosen {
  ids: string[];
  filters: AlertFilter[];
}

/** Asks the same of many alerts, or says beforehand what would happen. */
export const bulk = (chosen: Chosen, command: AlertCommand, dryRun: boolean, limit?: number) =>
  body(
    http.POST('/api/v1/alerts/commands', {
      body: {
        command,
        ids: chosen.ids,
        filters: chosen.filters.map(asBody),
        dry_run: dryRun,
        ...(limit ? { limit } : {}),
      },
    }),
  );

/** The address has texts; the body has lists and truth values. */
function asBody(filter: AlertFilter): AlertFilterBody {
  const lists = ['state', 'severity', 'class', 'impact'];
  const truths = ['matched', 'silenced'];
  const pairs = Object.entries(filter as Record<string, string | undefined>)
    .filter(([name, value]) => value && name !== 'sort')
    .map(([name, value = '']) => {
      if (lists.includes(name)) return [name, value.split(',').filter(Boolean)];
      return [name, truths.includes(name) ? value === 'true' : value];
    });
  // What the address says wrongly, the server refuses.
  return Object.fromEntries(pairs) as AlertFilterBody;
}

export const command = (
  id: string,
  version: number,
  fields: { command: string } & Record<string, unknown>,
) =>
  body(
    http.POST('/api/v1/alerts/{id}/commands', {
      params: {
        path: { id },
        header: { 'If-Match': etag(version), 'Idempotency-Key': idempotencyKey() },
      },
      // Filled in by a form that the server described: it says what is wrong with it.
      body: fields as AlertCommand,
    }),
  );

export const matchRules = () =>
  queryOptions({
    queryKey: [...keys.settings, 'match-rules'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/match-rules', { signal })),
  });

export const saveMatchRules = (rules: MatchRule[], version: number) =>
  body(
    http.PUT('/api/v1/match-rules', {
      body: rules,
      params: { header: { 'If-Match': etag(version) } },
    }),
  );

export const previewMatchRule = (rule: MatchRule) =>
  body(http.POST('/api/v1/match-rules/preview', { body: rule }));
