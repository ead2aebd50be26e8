import { queryOptions } from '@tanstack/react-query';

import { body, etag, http, versioned } from './client';
import { keys } from './keys';
import type { NotificationPolicy, TemplateText } from './types';

/** A text with the templates beside it, as somebody writes it. */
export interface RoutingDraft {
  text: string;
  templates: TemplateText[];
}

/** The routing in force: routes, receivers, and the text as others may see it. */
export const inForce = () =>
  queryOptions({
    queryKey: [...keys.settings, 'routing'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/routing', { signal })),
  });

/** What would become of an alert with these labels now, or by a text that is not kept yet. */
export const test = (labels: Record<string, string>, draft?: RoutingDraft) =>
  queryOptions({
    queryKey: [...keys.settings, 'routing', 'test', labels, draft],
    queryFn: ({ signal }) =>
      body(
        http.POST('/api/v1/routing/test', {
          body: { labels, ...(draft && { config: draft.text, templates: draft.templates }) },
          signal,
        }),
      ),
    enabled: Object.keys(labels).length > 0,
    retry: false,
    placeholderData: (before) => before,
  });

/** What a changed text would have told otherwise during the last days. */
export const replay = ({ text, templates }: RoutingDraft, days: number) =>
  body(http.POST('/api/v1/routing/replay', { body: { config: text, templates, days } }));

/** What is to be said about a text, before it is kept. */
export const check = (draft: RoutingDraft, enabled: boolean) =>
  queryOptions({
    queryKey: [...keys.settings, 'routing', 'check', draft],
    queryFn: ({ signal }) => body(http.POST('/api/v1/routing/check', { body: draft, signal })),
    enabled,
    retry: false,
    placeholderData: (before) => before,
  });

/** Keeps a text; the version that was seen travels with it. */
export const keep = (draft: RoutingDraft, reason: string, version: number) =>
  body(
    http.PUT('/api/v1/routing', {
      body: { ...draft, reason },
      params: { header: { 'If-Match': etag(version) } },
    }),
  );

export const versions = () =>
  queryOptions({
    queryKey: [...keys.settings, 'routing', 'versions'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/routing/versions', { signal })),
  });

export const version = (version: number) =>
  queryOptions({
    queryKey: [...keys.settings, 'routing', 'versions', version],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/routing/versions/{version}', { params: { path: { version } }, signal }),
      ),
  });

export const takeBack = (version: number, reason: string, seen: number) =>
  body(
    http.POST('/api/v1/routing/versions/{version}/take-back', {
      params: { path: { version }, header: { 'If-Match': etag(seen) } },
      body: { reason },
    }),
  );

export const policy = () =>
  queryOptions({
    queryKey: [...keys.settings, 'notifications'],
    queryFn: ({ signal }) => versioned(http.GET('/api/v1/settings/notifications', { signal })),
  });

/** The version that was seen travels with it: a newer one is not overwritten. */
export const savePolicy = (policy: NotificationPolicy, version: number) =>
  body(
    http.PUT('/api/v1/settings/notifications', {
      body: policy,
      params: { header: { 'If-Match': etag(version) } },
    }),
  );
