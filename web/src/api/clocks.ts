import { queryOptions } from '@tanstack/react-query';

import { body, http } from './client';
import { keys } from './keys';

/** Working time goes on without a journal entry: what has elapsed is asked for again. */
const AGAIN_MS = 30_000;

/** The contracts that an incident touches, and the clocks that they set on it. */
export const ofIncident = (id: string) =>
  queryOptions({
    queryKey: [...keys.incident(id), 'clocks'],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/incidents/{id}/clocks', { params: { path: { id } }, signal })),
    refetchInterval: AGAIN_MS,
  });

/** The clocks of all incidents that are not over, the next due first. */
export const live = () =>
  queryOptions({
    queryKey: keys.clocks,
    queryFn: ({ signal }) => body(http.GET('/api/v1/clocks', { signal })),
    refetchInterval: AGAIN_MS,
  });
