import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { body, etag, http, idempotencyKey, query } from './client';
import { keys } from './keys';
import type { SilencePlan } from './types';

export interface SilenceFilter {
  stage?: string;
  q?: string;
  sort?: string;
}

const PAGE_ROWS = 100;

export const list = (filter: SilenceFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.silences, 'list', filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      body(
        http.GET('/api/v1/silences', {
          params: { query: query({ ...filter, limit: PAGE_ROWS, after: pageParam }) },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
  });

export const one = (id: string) =>
  queryOptions({
    queryKey: [...keys.silences, 'one', id],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/silences/{id}', { params: { path: { id } }, signal })),
  });

export const timeline = (id: string) =>
  queryOptions({
    queryKey: [...keys.silences, 'one', id, 'timeline'],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/silences/{id}/timeline', { params: { path: { id } }, signal })),
  });

/** The alerts that fire and match; refused while a condition is half typed. */
export const preview = (matchers: string[]) =>
  queryOptions({
    queryKey: [...keys.silences, 'preview', matchers],
    queryFn: ({ signal }) =>
      body(http.POST('/api/v1/silences/preview', { body: { matchers }, signal })),
    enabled: matchers.length > 0,
    retry: false,
    placeholderData: (before) => before,
  });

export const create = (plan: SilencePlan) =>
  body(
    http.POST('/api/v1/silences', {
      params: { header: { 'Idempotency-Key': idempotencyKey() } },
      body: plan,
    }),
  );

export const edit = (id: string, version: number, plan: SilencePlan) =>
  body(
    http.PUT('/api/v1/silences/{id}', {
      params: {
        path: { id },
        header: { 'If-Match': etag(version), 'Idempotency-Key': idempotencyKey() },
      },
      body: plan,
    }),
  );

export const expire = (id: string, version: number) =>
  body(
    http.POST('/api/v1/silences/{id}/commands', {
      params: {
        path: { id },
        header: { 'If-Match': etag(version), 'Idempotency-Key': idempotencyKey() },
      },
      body: { command: 'expire' },
    }),
  );
