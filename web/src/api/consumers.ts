import { queryOptions } from '@tanstack/react-query';

import { body, http, idempotencyKey } from './client';
import { keys } from './keys';

/** What the signed-in consumer sees; asked again each minute, since nothing is streamed to her. */
export const desk = () =>
  queryOptions({
    queryKey: [...keys.contracts, 'desk'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/consumer', { signal })),
    refetchInterval: 60_000,
  });

export const report = (report: { title: string; description: string; item: string }) =>
  body(
    http.POST('/api/v1/consumer/reports', {
      body: report,
      params: { header: { 'Idempotency-Key': idempotencyKey() } },
    }),
  );

export const comment = (id: string, text: string) =>
  body(
    http.POST('/api/v1/consumer/reports/{id}/comments', {
      body: { text },
      params: { path: { id }, header: { 'Idempotency-Key': idempotencyKey() } },
    }),
  );
