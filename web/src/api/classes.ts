import { queryOptions } from '@tanstack/react-query';

import { body, etag, http, versioned } from './client';
import { keys } from './keys';
import type { ClassRule, ClassTrial } from './types';

/** The rules that say what alerts mean, with their version. */
export const rules = () =>
  queryOptions({
    queryKey: [...keys.settings, 'classification'],
    queryFn: async ({ signal }) => {
      const found = await versioned(http.GET('/api/v1/settings/classification', { signal }));
      return { items: found.value, version: found.version };
    },
  });

export const save = (rules: ClassRule[], version: number) =>
  body(
    http.PUT('/api/v1/settings/classification', {
      body: rules,
      params: { header: { 'If-Match': etag(version) } },
    }),
  );

/** What rules would make of alerts; nothing is changed. */
export const tried = (trial: ClassTrial) =>
  queryOptions({
    queryKey: [...keys.alertList, 'tried', trial],
    queryFn: () => body(http.POST('/api/v1/settings/classification/try', { body: trial })),
    retry: false,
  });

/** A rule that fits an alert, to be finished by a person. */
export const draft = (alert: string) =>
  queryOptions({
    queryKey: [...keys.alert(alert), 'draft'],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/alerts/{id}/classification-draft', {
          params: { path: { id: alert } },
          signal,
        }),
      ),
    staleTime: Infinity,
  });
