import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { body, etag, http, idempotencyKey, query } from './client';
import { keys } from './keys';
import type { AlertCommand, MatchRule } from './types';

export interface AlertFilter {
  state?: string;
  severity?: string;
  item?: string;
  matched?: string;
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
