import { queryOptions } from '@tanstack/react-query';

import { body, http, query } from './client';
import { keys } from './keys';
import type { CompanionDecision } from './types';

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

export const times = (filter: ReportFilter) =>
  queryOptions({
    queryKey: [...keys.reports, 'times', filter],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/reports/times', { params: { query: query({ ...filter }) }, signal })),
    placeholderData: (before) => before,
  });
