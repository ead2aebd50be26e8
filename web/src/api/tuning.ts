import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { body, etag, http, idempotencyKey, query } from './client';
import { keys } from './keys';
import type { TuningCommand } from './types';

export interface TuningFilter {
  stage?: string;
  source?: string;
  name?: string;
  noisy?: string;
  q?: string;
  sort?: string;
}

const PAGE_ROWS = 100;

export const list = (filter: TuningFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.tuning, 'list', filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      body(
        http.GET('/api/v1/tuning', {
          params: { query: query({ ...filter, limit: PAGE_ROWS, after: pageParam }) },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
  });

/** The task of one rule, as a list of one or none. */
export const ofRule = (source: string, name: string) =>
  queryOptions({
    queryKey: [...keys.tuning, 'rule', source, name],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/tuning', { params: { query: { source, name, limit: 1 } }, signal })),
  });

export const one = (id: string) =>
  queryOptions({
    queryKey: [...keys.tuning, 'one', id],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/tuning/{id}', { params: { path: { id } }, signal })),
  });

export const timeline = (id: string) =>
  queryOptions({
    queryKey: [...keys.tuning, 'one', id, 'timeline'],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/tuning/{id}/timeline', { params: { path: { id } }, signal })),
  });

export const command = (
  id: string,
  version: number,
  fields: { command: string } & Record<string, unknown>,
) =>
  body(
    http.POST('/api/v1/tuning/{id}/commands', {
      params: {
        path: { id },
        header: { 'If-Match': etag(version), 'Idempotency-Key': idempotencyKey() },
      },
      // Filled in by a form that the server described: it says what is wrong with it.
      body: fields as TuningCommand,
    }),
  );
