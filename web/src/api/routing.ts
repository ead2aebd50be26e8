import { queryOptions } from '@tanstack/react-query';

import { body, http } from './client';
import { keys } from './keys';
import type { NotificationPolicy } from './types';

/** The routing in force: routes, receivers, and the file as others may see it. */
export const inForce = () =>
  queryOptions({
    queryKey: [...keys.settings, 'routing'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/routing', { signal })),
  });

/** What would become of an alert with these labels now. */
export const test = (labels: Record<string, string>) =>
  queryOptions({
    queryKey: [...keys.settings, 'routing', 'test', labels],
    queryFn: ({ signal }) => body(http.POST('/api/v1/routing/test', { body: { labels }, signal })),
    enabled: Object.keys(labels).length > 0,
    retry: false,
    placeholderData: (before) => before,
  });

/** What a changed file would have told otherwise during the last days. */
export const replay = (config: string, days: number) =>
  body(http.POST('/api/v1/routing/replay', { body: { config, days } }));

export const policy = () =>
  queryOptions({
    queryKey: [...keys.settings, 'notifications'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/settings/notifications', { signal })),
  });

export const savePolicy = (policy: NotificationPolicy) =>
  body(http.PUT('/api/v1/settings/notifications', { body: policy }));
