import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { body, etag, http, query } from './client';
import { Problem } from './errors';
import { keys } from './keys';
import type { ItemRef, PlanResult, Resource, ResourceDocument } from './types';

export interface ItemFilter {
  kind?: string;
  q?: string;
  team?: string;
  department?: string;
  /** Rows at most; 50 if not said. */
  limit?: number;
}

/** Splits `kind/name`. */
export function parts(item: ItemRef): { kind: string; name: string } {
  const at = item.indexOf('/');
  return at < 0
    ? { kind: 'service', name: item }
    : { kind: item.slice(0, at), name: item.slice(at + 1) };
}

export const items = (filter: ItemFilter) =>
  queryOptions({
    queryKey: [...keys.estate, 'items', filter],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/estate/items', {
          params: { query: query({ ...filter }) },
          signal,
        }),
      ),
  });

const PAGE_ROWS = 200;

/** All items that match, a page at a time. */
export const pagedItems = (filter: ItemFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.estate, 'items', 'paged', filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      body(
        http.GET('/api/v1/estate/items', {
          params: { query: query({ ...filter, limit: PAGE_ROWS, after: pageParam }) },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
  });

export const item = (ref: ItemRef) =>
  queryOptions({
    queryKey: [...keys.estate, 'item', ref],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/estate/items/{kind}/{name}', {
          params: { path: parts(ref) },
          signal,
        }),
      ),
  });

export const graph = () =>
  queryOptions({
    queryKey: [...keys.estate, 'graph'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/estate/graph', { signal })),
  });

export const impact = (ref: ItemRef) =>
  queryOptions({
    queryKey: [...keys.estate, 'impact', ref],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/estate/items/{kind}/{name}/impact', {
          params: { path: parts(ref) },
          signal,
        }),
      ),
  });

export const upstream = (ref: ItemRef) =>
  queryOptions({
    queryKey: [...keys.estate, 'upstream', ref],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/estate/items/{kind}/{name}/upstream', {
          params: { path: parts(ref) },
          signal,
        }),
      ),
  });

/** What was decided about a target, and why, as an address carries it. */
export interface WhyChanged {
  decided: string;
  reason: string;
  improvements: string;
}

/** Creates or changes an item. Without a version it must not exist yet. */
export const put = (document: ResourceDocument, version?: number, why?: WhyChanged) =>
  body(
    http.PUT('/api/v1/estate/items/{kind}/{name}', {
      params: {
        path: { kind: document.kind.toLowerCase(), name: document.metadata.name },
        query: query({ ...why }),
        header: version === undefined ? {} : { 'If-Match': etag(version) },
      },
      // Written by a person: the server checks it against the specification of its kind.
      body: document as Resource,
    }),
  );

export const remove = (ref: ItemRef, version?: number) =>
  body(
    http.DELETE('/api/v1/estate/items/{kind}/{name}', {
      params: {
        path: parts(ref),
        header: version === undefined ? {} : { 'If-Match': etag(version) },
      },
    }),
  );

/** Takes an item over from the file that says what it is, to change it here. */
export const takeOver = (ref: ItemRef, reason: string, version?: number) =>
  body(
    http.POST('/api/v1/estate/items/{kind}/{name}/take-over', {
      params: {
        path: parts(ref),
        header: version === undefined ? {} : { 'If-Match': etag(version) },
      },
      body: { reason },
    }),
  );

const upload = (name: string, text: string) => ({
  body: { files: [{ name, text }], prune: false },
});

/** What applying a text would change. Mistakes in it are an answer, not a failure. */
export const plan = async (name: string, text: string): Promise<PlanResult> => {
  try {
    return await body(http.POST('/api/v1/estate/plan', upload(name, text)));
  } catch (error) {
    const mistakes = error instanceof Problem ? error.details.errors : undefined;
    if (mistakes) return { changes: [], errors: mistakes, warnings: [] };
    throw error;
  }
};
