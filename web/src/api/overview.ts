import { queryOptions } from '@tanstack/react-query';

import { body, http } from './client';
import { keys } from './keys';

export const overview = () =>
  queryOptions({
    queryKey: keys.overview,
    queryFn: ({ signal }) => body(http.GET('/api/v1/overview', { signal })),
    // Derived states move with time alone, without a journal entry.
    refetchInterval: 30_000,
  });
