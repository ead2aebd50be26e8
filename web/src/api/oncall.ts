import { queryOptions } from '@tanstack/react-query';

import { body, http, idempotencyKey } from './client';
import { keys } from './keys';
import type { PageCommand } from './types';

/** How a person is called, and what is missing before that works. */
export const ways = (name: string) =>
  queryOptions({
    queryKey: [...keys.estate, 'ways', name],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/people/{name}/ways', { params: { path: { name } }, signal })),
  });

/** Sends a test by one way, or by all. */
export const tryWays = (name: string, channel: string | null) =>
  body(
    http.POST('/api/v1/people/{name}/ways/try', {
      params: { path: { name } },
      body: { channel },
    }),
  );

export const command = (id: string, fields: { command: string } & Record<string, unknown>) =>
  body(
    http.POST('/api/v1/pages/{id}/commands', {
      params: { path: { id }, header: { 'Idempotency-Key': idempotencyKey() } },
      // Filled in by a form that the server described: it says what is wrong with it.
      body: fields as PageCommand,
    }),
  );
