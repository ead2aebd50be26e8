import { queryOptions } from '@tanstack/react-query';

import { body, etag, http, versioned } from './client';
import { keys } from './keys';
import type {
  ChatTrial,
  EditAccount,
  LoadLimits,
  NewAccount,
  NewKey,
  NewToken,
  Policy,
  PriorityMatrix,
  ReportMail,
  Route,
  SourceCredentials,
} from './types';

export const accounts = () =>
  queryOptions({
    queryKey: [...keys.settings, 'accounts'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/accounts', { signal })),
  });

/** The backups that Operate makes by itself. */
export const backups = () =>
  queryOptions({
    queryKey: [...keys.settings, 'backups'],
    refetchInterval: 60_000,
    queryFn: ({ signal }) => body(http.GET('/api/v1/backups', { signal })),
  });

export const createAccount = (account: NewAccount) =>
  body(http.POST('/api/v1/accounts', { body: account }));

export const changeAccount = (name: string, account: EditAccount) =>
  body(http.PUT('/api/v1/accounts/{name}', { params: { path: { name } }, body: account }));

export const removeAccount = (name: string) =>
  body(http.DELETE('/api/v1/accounts/{name}', { params: { path: { name } } }));

export const tokens = () =>
  queryOptions({
    queryKey: [...keys.settings, 'tokens'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/tokens', { signal })),
  });

export const createToken = (token: NewToken) => body(http.POST('/api/v1/tokens', { body: token }));

export const removeToken = (name: string) =>
  body(http.DELETE('/api/v1/tokens/{name}', { params: { path: { name } } }));

export const integrationKeys = () =>
  queryOptions({
    queryKey: [...keys.settings, 'integration-keys'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/integration-keys', { signal })),
  });

export const createIntegrationKey = (key: NewKey) =>
  body(http.POST('/api/v1/integration-keys', { body: key }));

export const removeIntegrationKey = (name: string) =>
  body(http.DELETE('/api/v1/integration-keys/{name}', { params: { path: { name } } }));

/** Where objectives ask for measures, and how each answers. */
export const dataSources = () =>
  queryOptions({
    queryKey: [...keys.settings, 'data-sources'],
    refetchInterval: 60_000,
    queryFn: ({ signal }) => body(http.GET('/api/v1/data-sources', { signal })),
  });

export const setCredentials = (name: string, wanted: SourceCredentials) =>
  body(
    http.PUT('/api/v1/data-sources/{name}/credentials', {
      params: { path: { name } },
      body: wanted,
    }),
  );

export const removeCredentials = (name: string) =>
  body(http.DELETE('/api/v1/data-sources/{name}/credentials', { params: { path: { name } } }));

/** Asks a source something simple, to see whether it answers. */
export const trySource = (name: string) =>
  body(http.POST('/api/v1/data-sources/{name}/test', { params: { path: { name } } }));

/** How each chat service is set up, without its secrets. */
export const chats = () =>
  queryOptions({
    queryKey: [...keys.settings, 'chats'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/settings/chat', { signal })),
  });

export const setChat = (service: string, entries: Record<string, string>) =>
  body(
    http.PUT('/api/v1/settings/chat/{service}', { params: { path: { service } }, body: entries }),
  );

export const tryChat = (service: string, trial: ChatTrial) =>
  body(
    http.POST('/api/v1/settings/chat/{service}/try', {
      params: { path: { service } },
      body: trial,
    }),
  );

export const webhookSecret = () =>
  queryOptions({
    queryKey: [...keys.settings, 'webhook-secret'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/settings/webhook-secret', { signal })),
    staleTime: Infinity,
  });

export const matrix = () =>
  queryOptions({
    queryKey: [...keys.settings, 'priority-matrix'],
    queryFn: ({ signal }) => versioned(http.GET('/api/v1/settings/priority-matrix', { signal })),
  });

/** The version that was seen travels with each of these: a newer one is not overwritten. */
const seen = (version: number) => ({ params: { header: { 'If-Match': etag(version) } } });

export const saveMatrix = (matrix: PriorityMatrix, version: number) =>
  body(http.PUT('/api/v1/settings/priority-matrix', { body: matrix, ...seen(version) }));

export const routes = () =>
  queryOptions({
    queryKey: [...keys.settings, 'routes'],
    queryFn: ({ signal }) => versioned(http.GET('/api/v1/settings/routes', { signal })),
  });

export const saveRoutes = (routes: Route[], version: number) =>
  body(http.PUT('/api/v1/settings/routes', { body: routes, ...seen(version) }));

/** Routes that files brought: asked after those of the settings. */
export const routesOfEstate = () =>
  queryOptions({
    queryKey: [...keys.settings, 'routes', 'estate'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/settings/routes/estate', { signal })),
  });

export const policy = () =>
  queryOptions({
    queryKey: [...keys.settings, 'policy'],
    queryFn: ({ signal }) => versioned(http.GET('/api/v1/settings/policy', { signal })),
  });

export const savePolicy = (policy: Policy, version: number) =>
  body(http.PUT('/api/v1/settings/policy', { body: policy, ...seen(version) }));

export const reportMails = () =>
  queryOptions({
    queryKey: [...keys.settings, 'report-mails'],
    queryFn: ({ signal }) => versioned(http.GET('/api/v1/settings/report-mails', { signal })),
  });

export const saveReportMails = (mails: ReportMail[], version: number) =>
  body(http.PUT('/api/v1/settings/report-mails', { body: mails, ...seen(version) }));

export const loadLimits = () =>
  queryOptions({
    queryKey: [...keys.settings, 'load-limits'],
    queryFn: ({ signal }) => versioned(http.GET('/api/v1/settings/load-limits', { signal })),
  });

export const saveLoadLimits = (limits: LoadLimits, version: number) =>
  body(http.PUT('/api/v1/settings/load-limits', { body: limits, ...seen(version) }));

export const deadLetters = () =>
  queryOptions({
    queryKey: [...keys.settings, 'outbox', 'dead'],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/outbox', { params: { query: { state: 'dead' } }, signal })),
  });

export const retryMessage = (id: string) =>
  body(http.POST('/api/v1/outbox/{id}/retry', { params: { path: { id } } }));

export const dismissMessage = (id: string, reason: string) =>
  body(http.POST('/api/v1/outbox/{id}/dismiss', { params: { path: { id } }, body: { reason } }));
