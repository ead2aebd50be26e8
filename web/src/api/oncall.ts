import { body, http, idempotencyKey } from './client';

export const command = (id: string, fields: { command: string } & Record<string, unknown>) =>
  body(
    http.POST('/api/v1/pages/{id}/commands', {
      params: { path: { id }, header: { 'Idempotency-Key': idempotencyKey() } },
      body: fields,
    }),
  );
