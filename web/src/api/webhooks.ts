import { queryOptions } from '@tanstack/react-query';

import { body, etag, http } from './client';
import { keys } from './keys';
import type { MappingRule } from './types';

/** The last events of an integration as they came, the newest first. */
export const examples = (integration: string) =>
  queryOptions({
    queryKey: [...keys.settings, 'webhook', integration, 'examples'],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/webhooks/{integration}/examples', {
          params: { path: { integration } },
          signal,
        }),
      ),
    // The first example is waited for.
    refetchInterval: 3000,
  });

/** What the events of an integration mean, and the version of that. */
export const mapping = (integration: string) =>
  queryOptions({
    queryKey: [...keys.settings, 'webhook', integration, 'mapping'],
    queryFn: async ({ signal }) => {
      const { data, response } = await http.GET('/api/v1/webhooks/{integration}/mapping', {
        params: { path: { integration } },
        signal,
      });
      const tag = response.headers.get('etag') ?? '';
      return { rules: data ?? [], version: Number(tag.replaceAll('"', '')) };
    },
  });

export const save = (integration: string, rules: MappingRule[], version: number) =>
  body(
    http.PUT('/api/v1/webhooks/{integration}/mapping', {
      params: { path: { integration }, header: { 'If-Match': etag(version) } },
      body: rules,
    }),
  );

/** What rules would make of the last examples; refused while an expression cannot be read. */
export const preview = (integration: string, rules: MappingRule[]) =>
  queryOptions({
    queryKey: ['webhook-preview', integration, rules],
    queryFn: ({ signal }) =>
      body(
        http.POST('/api/v1/webhooks/{integration}/preview', {
          params: { path: { integration } },
          body: { rules },
          signal,
        }),
      ),
    retry: false,
    placeholderData: (before) => before,
  });

/** Where an integration sends to. */
export const path = (integration: string) => `/api/v1/webhooks/${encodeURIComponent(integration)}`;
