import { body, http, idempotencyKey } from './client';
import type { PageCommand } from './types';

export const command = (id: string, fields: { command: string } & Record<string, unknown>) =>
  body(
    http.POST('/api/v1/pages/{id}/commands', {
      params: { path: { id }, header: { 'Idempotency-Key': idempotencyKey() } },
      // Filled in by a form that the server described: it says what is wrong with it.
      body: fields as PageCommand,
    }),
  );
