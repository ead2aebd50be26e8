import { queryOptions } from '@tanstack/react-query';

import { body, etag, http, idempotencyKey } from './client';
import { keys } from './keys';
import type { HeartbeatCommand, NewHeartbeat } from './types';

export const list = () =>
  queryOptions({
    queryKey: keys.heartbeats,
    queryFn: ({ signal }) => body(http.GET('/api/v1/heartbeats', { signal })),
    // A ping is no entry of the journal: nobody tells of it.
    refetchInterval: 10_000,
  });

/** Makes one; the address that pings it is shown this once. */
export const create = (heartbeat: NewHeartbeat) =>
  body(http.POST('/api/v1/heartbeats', { body: heartbeat }));

export const command = (name: string, version: number, command: HeartbeatCommand) =>
  body(
    http.POST('/api/v1/heartbeats/{name}/commands', {
      params: {
        path: { name },
        header: { 'If-Match': etag(version), 'Idempotency-Key': idempotencyKey() },
      },
      body: command,
    }),
  );

/** Where a heartbeat is pinged with an integration key. */
export const pingPath = (name: string) => `/api/v1/heartbeats/${encodeURIComponent(name)}/ping`;
