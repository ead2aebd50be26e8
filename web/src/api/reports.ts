import { queryOptions } from '@tanstack/react-query';

import { body, http, query } from './client';
import { keys } from './keys';

export interface ReportFilter {
  from: string;
  to: string;
  priority?: string;
  item?: string;
  team?: string;
}

export const times = (filter: ReportFilter) =>
  queryOptions({
    queryKey: [...keys.reports, 'times', filter],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/reports/times', { params: { query: query({ ...filter }) }, signal })),
    placeholderData: (before) => before,
  });
