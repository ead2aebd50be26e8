import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { body, etag, http, idempotencyKey, query } from './client';
import { keys } from './keys';
import type { IncidentCommand, NewIncident } from './types';

export interface IncidentFilter {
  open?: string;
  phase?: string;
  stage?: string;
  priority?: string;
  warning?: string;
  potential?: string;
  major?: string;
  team?: string;
  queue?: string;
  assignee?: string;
  reporter?: string;
  item?: string;
  cause_class?: string;
  q?: string;
  from?: string;
  to?: string;
  resolved_from?: string;
  resolved_to?: string;
  sort?: string;
}

const PAGE_ROWS = 200;

export const list = (filter: IncidentFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.incidentList, filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      body(
        http.GET('/api/v1/incidents', {
          params: { query: query({ ...filter, limit: PAGE_ROWS, after: pageParam }) },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
  });

/** Where the incidents that match are a table. */
export const csv = (filter: IncidentFilter) =>
  `/api/v1/incidents.csv?${new URLSearchParams(strings(query({ ...filter })))}`;

const strings = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

export const one = (id: string) =>
  queryOptions({
    queryKey: keys.incident(id),
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/incidents/{id}', { params: { path: { id } }, signal })),
  });

export const timeline = (id: string) =>
  queryOptions({
    queryKey: [...keys.incident(id), 'timeline'],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/incidents/{id}/timeline', { params: { path: { id } }, signal })),
  });

export const pages = (id: string) =>
  queryOptions({
    queryKey: [...keys.incident(id), 'pages'],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/incidents/{id}/pages', { params: { path: { id } }, signal })),
  });

export const children = (id: string) =>
  queryOptions({
    queryKey: [...keys.incident(id), 'children'],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/incidents/{id}/children', { params: { path: { id } }, signal })),
  });

/** Planned work: the windows that run or come, and the alerts that they explain. */
export const maintenance = () =>
  queryOptions({
    queryKey: [...keys.incidentList, 'maintenance'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/maintenance', { signal })),
    // A window begins and ends with time alone, without a journal entry.
    refetchInterval: 30_000,
  });

export const impact = (id: string) =>
  queryOptions({
    queryKey: [...keys.incident(id), 'impact'],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/incidents/{id}/impact', { params: { path: { id } }, signal })),
  });

export const create = (incident: NewIncident) =>
  body(
    http.POST('/api/v1/incidents', {
      body: incident,
      params: { header: { 'Idempotency-Key': idempotencyKey() } },
    }),
  );

/** Gives a command; with the version that was seen it is refused when the record changed since. */
export const command = (
  id: string,
  version: number | undefined,
  fields: { command: string } & Record<string, unknown>,
) =>
  body(
    http.POST('/api/v1/incidents/{id}/commands', {
      params: {
        path: { id },
        header: {
          ...(version === undefined ? {} : { 'If-Match': etag(version) }),
          'Idempotency-Key': idempotencyKey(),
        },
      },
      // Filled in by a form that the server described: it says what is wrong with it.
      body: fields as IncidentCommand,
    }),
  );
