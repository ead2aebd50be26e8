import { queryOptions } from '@tanstack/react-query';

import { body, http, query } from './client';
import { keys } from './keys';
import type { CompanionDecision, ExpectedAsked, GroupAsked } from './types';

export interface ReportFilter {
  from: string;
  to: string;
  priority?: string;
  item?: string;
  team?: string;
}

export interface RulesFilter {
  from: string;
  to: string;
  team?: string;
  item?: string;
  source?: string;
}

/** Which alert rules are noise, and what came of what fired. */
export const rules = (filter: RulesFilter) =>
  queryOptions({
    queryKey: [...keys.reports, 'alerts', filter],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/reports/alerts', { params: { query: query({ ...filter }) }, signal })),
    placeholderData: (before) => before,
  });

export interface SeriesAsked {
  from: string;
  to: string;
  step: string;
  time_zone: string;
  priority?: string;
  item?: string;
  team?: string;
}

/** Every figure by day, week or month. */
export const series = (asked: SeriesAsked) =>
  queryOptions({
    queryKey: [...keys.reports, 'series', asked],
    queryFn: async ({ signal }) => {
      const found = await body(
        http.GET('/api/v1/reports/series', { params: { query: query({ ...asked }) }, signal }),
      );
      // The text is what `format=csv` gives.
      if (typeof found === 'string') throw new Error('the series came as a table');
      return found;
    },
    placeholderData: (before) => before,
  });

/** Where the same is a table. */
export const seriesAddress = (asked: SeriesAsked) =>
  `/api/v1/reports/series?${new URLSearchParams({ ...asked, format: 'csv' }).toString()}`;

export interface MonthAsked {
  item: string;
  month: string | undefined;
  time_zone: string | undefined;
}

/** A month of a product beside the month before. */
export const monthly = (asked: MonthAsked) =>
  queryOptions({
    queryKey: [...keys.reports, 'monthly', asked],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/reports/monthly', {
          params: {
            query: {
              item: asked.item,
              ...query({ month: asked.month, time_zone: asked.time_zone }),
            },
          },
          signal,
        }),
      ),
  });

/** Where the same report is a table, or JSON for programs. */
export const monthlyAddress = (asked: MonthAsked, form: 'csv' | 'json') => {
  const said = query({ ...asked });
  const text = new URLSearchParams(
    Object.entries(said).map(([name, value]) => [name, String(value)]),
  ).toString();
  return `/api/v1/reports/monthly${form === 'csv' ? '.csv' : ''}?${text}`;
};

/** How much calling weighs on people, and what called each of them. */
export const load = (filter: { from: string; to: string; team?: string; person?: string }) =>
  queryOptions({
    queryKey: [...keys.reports, 'load', filter],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/reports/load', { params: { query: query({ ...filter }) }, signal })),
    placeholderData: (before) => before,
  });

/** Rules on items that recur together, and what was decided about them. */
export const companions = (filter: { from: string; to: string; team?: string }) =>
  queryOptions({
    queryKey: [...keys.reports, 'companions', filter],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/reports/companions', { params: { query: query({ ...filter }) }, signal }),
      ),
    placeholderData: (before) => before,
  });

export const decideCompanions = (decision: CompanionDecision) =>
  body(http.PUT('/api/v1/reports/companions', { body: decision }));

/** Accepts, rejects or takes back a whole group. */
export const decideGroup = (decision: GroupAsked) =>
  body(http.PUT('/api/v1/reports/companions/group', { body: decision }));

export interface PatternsFilter extends RulesFilter {
  time_zone: string;
  name?: string;
}

/** What is usual at each hour of the week, and the hours that are not. */
export const patterns = (filter: PatternsFilter) =>
  queryOptions({
    queryKey: [...keys.reports, 'patterns', filter],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/reports/alerts/patterns', {
          params: { query: query({ ...filter }) },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });

/** Says that an hour of the week is expected to be unusual, or takes that back. */
export const expect = (asked: ExpectedAsked) =>
  body(http.PUT('/api/v1/reports/alerts/expected', { body: asked }));

export const times = (filter: ReportFilter) =>
  queryOptions({
    queryKey: [...keys.reports, 'times', filter],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/reports/times', { params: { query: query({ ...filter }) }, signal })),
    placeholderData: (before) => before,
  });
