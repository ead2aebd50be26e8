import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { body, http, query } from './client';
import { keys } from './keys';

export interface ContractFilter {
  item?: string;
  consumer?: string;
}

/** Every contract with its promise, how it stands, and how it ended in the past. */
export const list = (filter: ContractFilter = {}) =>
  queryOptions({
    queryKey: [...keys.contracts, 'list', filter],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/contracts', { params: { query: query({ ...filter }) }, signal })),
  });

export const one = (name: string) =>
  queryOptions({
    queryKey: [...keys.contracts, 'one', name],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/contracts/{name}', { params: { path: { name } }, signal })),
  });

/** The report of a period; of the one that runs when none is named. */
export const report = (name: string, period?: string) =>
  queryOptions({
    queryKey: [...keys.contracts, 'report', name, period ?? ''],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/contracts/{name}/report', {
          params: { path: { name }, query: query({ period }) },
          signal,
        }),
      ),
  });

/** Where the same report is a table, or JSON for programs. */
export const reportAddress = (name: string, period: string, form: 'csv' | 'json') =>
  `/api/v1/contracts/${encodeURIComponent(name)}/report${form === 'csv' ? '.csv' : ''}` +
  `?period=${encodeURIComponent(period)}`;

/** Freezes the figures of a period. */
export const close = (name: string, period: string, note: string) =>
  body(
    http.POST('/api/v1/contracts/{name}/close', {
      params: { path: { name } },
      body: { period, note },
    }),
  );

/** What a consumer was promised, how it stands, and what was kept. */
export const promises = (consumer: string) =>
  queryOptions({
    queryKey: [...keys.contracts, 'promises', consumer],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/promises', { params: { query: { consumer } }, signal })),
  });

export interface CoverageFilter {
  team?: string;
  missing?: string;
  q?: string;
  sort?: string;
}

const PAGE_ROWS = 100;

/** Services and products with their objectives and contracts, and what has none. */
export const coverage = (filter: CoverageFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.contracts, 'coverage', filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      body(
        http.GET('/api/v1/coverage', {
          params: { query: query({ ...filter, limit: PAGE_ROWS, after: pageParam }) },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (before) => before,
  });

export interface Report {
  item: string;
  severity?: string;
  impact?: string;
  urgency?: string;
}

/** What would be promised if this were reported now. */
export const preview = ({ item, ...rest }: Report) =>
  queryOptions({
    queryKey: [...keys.contracts, 'preview', item, rest],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/promises/preview', {
          params: { query: { item, ...query({ ...rest }) } },
          signal,
        }),
      ),
  });

/** How products and what contracts cover stand now. */
export const standings = () =>
  queryOptions({
    queryKey: [...keys.contracts, 'standings'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/standings', { signal })),
  });

export const standing = (item: string) =>
  queryOptions({
    queryKey: [...keys.contracts, 'standing', item],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/standing', { params: { query: { item } }, signal })),
  });

/** Whether something may be released now. */
export const release = (item: string) =>
  queryOptions({
    queryKey: [...keys.contracts, 'release', item],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/release', { params: { query: { item } }, signal })),
  });
