import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';

import { body, http, query } from './client';
import { keys } from './keys';
import type { TargetDecision } from './types';

export interface ObjectiveFilter {
  state?: string;
  item?: string;
  team?: string;
  burning?: string;
  q?: string;
  sort?: string;
}

const PAGE_ROWS = 100;
/** Figures move every minute, without an entry in the journal. */
const FRESH_MS = 60_000;

export const list = (filter: ObjectiveFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.objectives, 'list', filter],
    initialPageParam: '',
    refetchInterval: FRESH_MS,
    queryFn: ({ pageParam, signal }) =>
      body(
        http.GET('/api/v1/objectives', {
          params: { query: query({ ...filter, limit: PAGE_ROWS, after: pageParam }) },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.next ?? undefined,
  });

export const one = (name: string) =>
  queryOptions({
    queryKey: [...keys.objectives, 'one', name],
    refetchInterval: FRESH_MS,
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/objectives/{name}', { params: { path: { name } }, signal })),
  });

export const series = (name: string) =>
  queryOptions({
    queryKey: [...keys.objectives, 'one', name, 'series'],
    refetchInterval: FRESH_MS,
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/objectives/{name}/series', {
          params: { path: { name }, query: { points: 240 } },
          signal,
        }),
      ),
  });

export const targets = (name: string) =>
  queryOptions({
    queryKey: [...keys.objectives, 'one', name, 'targets'],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/objectives/{name}/targets', { params: { path: { name } }, signal })),
  });

/** Says why the target was chosen that holds from a time on. */
export const explainTarget = (name: string, from: string, decision: TargetDecision) =>
  body(
    http.PUT('/api/v1/objectives/{name}/targets/{from}', {
      params: { path: { name, from } },
      body: decision,
    }),
  );

/** What became of past periods, each judged by the target that held then. */
export const periods = (name: string) =>
  queryOptions({
    queryKey: [...keys.objectives, 'one', name, 'periods'],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/objectives/{name}/periods', { params: { path: { name } }, signal })),
  });

/** What another target or window would have come to. */
export const whatIf = (name: string, target: number, window: string) =>
  queryOptions({
    queryKey: [...keys.objectives, 'one', name, 'what-if', target, window],
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/objectives/{name}/what-if', {
          params: { path: { name }, query: { target, window } },
          signal,
        }),
      ),
  });

/** What a target over a window allows, before there is an objective. */
export const budget = (target: number, window: string, perDay: number | null) =>
  queryOptions({
    queryKey: [...keys.objectives, 'budget', target, window, perDay],
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/budget', {
          params: { query: { target, window, ...(perDay === null ? {} : { per_day: perDay }) } },
          signal,
        }),
      ),
  });

/** Where the raw minutes behind the figures are fetched as a file. */
export const minutesUrl = (name: string, from: string | null | undefined) =>
  `/api/v1/objectives/${encodeURIComponent(name)}/minutes?format=csv${
    from ? `&from=${encodeURIComponent(from)}` : ''
  }`;
