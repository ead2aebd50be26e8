import type * as T from './types';

/**
 * The calls of `/api/v1` that the web makes, in the form of openapi-typescript, so that
 * `generated.ts` can take this file's place without touching a caller.
 */

type Json<B> = { content: { 'application/json': B } };
type Answers<R> = { 200: Json<R> };
type Op<R, B = undefined, Q = undefined, P = undefined> = {
  parameters: {
    query?: Q extends undefined ? never : Q;
    path: P extends undefined ? never : P;
    header?: { 'If-Match'?: string; 'Idempotency-Key'?: string };
  };
  requestBody?: B extends undefined ? never : Json<B>;
  responses: Answers<R>;
};
type Open<R, B = undefined, Q = undefined> = Omit<Op<R, B, Q>, 'parameters'> & {
  parameters: {
    query?: Q extends undefined ? never : Q;
    path?: never;
    header?: { 'If-Match'?: string; 'Idempotency-Key'?: string };
  };
};

type Query = Record<string, string | number | boolean | undefined>;
type Id = { id: string };
type Named = { name: string };
type ItemPath = { kind: string; name: string };
type CommandBody = { command: string } & Record<string, unknown>;

export interface paths {
  '/api/v1/session': {
    get: Open<T.Session>;
    post: Open<unknown, { username: string; password: string }>;
    delete: Open<unknown>;
  };
  '/api/v1/session/password': { post: Open<unknown, { present: string; new: string }> };
  '/api/v1/setup': {
    post: Open<unknown, { code: string; username: string; display_name: string; password: string }>;
  };
  '/api/v1/overview': { get: Open<T.Overview> };
  '/api/v1/incidents': {
    get: Open<T.List<T.Incident>, undefined, Query>;
    post: Open<T.Incident, T.NewIncident>;
  };
  '/api/v1/incidents/{id}': { get: Op<T.Incident, undefined, undefined, Id> };
  '/api/v1/incidents/{id}/commands': { post: Op<T.Incident, CommandBody, undefined, Id> };
  '/api/v1/incidents/{id}/timeline': {
    get: Op<T.List<T.JournalEntry>, undefined, undefined, Id>;
  };
  '/api/v1/incidents/{id}/pages': { get: Op<T.List<T.Page>, undefined, undefined, Id> };
  '/api/v1/incidents/{id}/impact': { get: Op<T.Impact, undefined, undefined, Id> };
  '/api/v1/incidents/{id}/alerts': { get: Op<T.List<T.Alert>, undefined, undefined, Id> };
  '/api/v1/alerts': { get: Open<T.List<T.Alert>, undefined, Query> };
  '/api/v1/alerts/{id}': { get: Op<T.Alert, undefined, undefined, Id> };
  '/api/v1/alerts/{id}/commands': { post: Op<T.Alert, CommandBody, undefined, Id> };
  '/api/v1/alerts/{id}/timeline': { get: Op<T.List<T.JournalEntry>, undefined, undefined, Id> };
  '/api/v1/pages/{id}/commands': { post: Op<T.Page, CommandBody, undefined, Id> };
  '/api/v1/match-rules': {
    get: Open<T.MatchRules>;
    put: Open<unknown, T.MatchRule[]>;
  };
  '/api/v1/match-rules/preview': { post: Open<T.MatchPreview, T.MatchRule> };
  '/api/v1/estate/items': { get: Open<T.List<T.EstateItem>, undefined, Query> };
  '/api/v1/estate/items/{kind}/{name}': {
    get: Op<T.EstateItemDetail, undefined, undefined, ItemPath>;
    put: Op<unknown, T.ResourceDocument, undefined, ItemPath>;
    delete: Op<unknown, undefined, undefined, ItemPath>;
  };
  '/api/v1/estate/items/{kind}/{name}/impact': {
    get: Op<T.Impact, undefined, Query, ItemPath>;
  };
  '/api/v1/estate/items/{kind}/{name}/upstream': {
    get: Op<T.Impact, undefined, Query, ItemPath>;
  };
  '/api/v1/estate/graph': { get: Open<T.Graph> };
  '/api/v1/estate/plan': {
    post: Open<T.PlanResult, { files: { name: string; text: string }[]; prune: boolean }>;
  };
  '/api/v1/estate/apply': {
    post: Open<T.PlanResult, { files: { name: string; text: string }[]; prune: boolean }>;
  };
  '/api/v1/reports/times': { get: Open<T.TimesReport, undefined, Query> };
  '/api/v1/settings/priority-matrix': {
    get: Open<T.PriorityMatrix>;
    put: Open<unknown, T.PriorityMatrix>;
  };
  '/api/v1/settings/routes': { get: Open<T.Route[]>; put: Open<unknown, T.Route[]> };
  '/api/v1/settings/policy': { get: Open<T.Policy>; put: Open<unknown, T.Policy> };
  '/api/v1/accounts': {
    get: Open<T.List<T.Account>>;
    post: Open<unknown, T.Account & { password?: string }>;
  };
  '/api/v1/accounts/{name}': {
    put: Op<unknown, Omit<T.Account, 'name'> & { password?: string }, undefined, Named>;
    delete: Op<unknown, undefined, undefined, Named>;
  };
  '/api/v1/tokens': {
    get: Open<T.List<T.Token>>;
    post: Open<T.Token, { name: string; role: T.Role; scopes: string[] }>;
  };
  '/api/v1/tokens/{name}': { delete: Op<unknown, undefined, undefined, Named> };
  '/api/v1/integration-keys': {
    get: Open<T.List<T.IntegrationKey>>;
    post: Open<T.IntegrationKey, { name: string; kind: string }>;
  };
  '/api/v1/integration-keys/{name}': { delete: Op<unknown, undefined, undefined, Named> };
  '/api/v1/outbox': { get: Open<T.List<T.OutboxMessage>, undefined, Query> };
  '/api/v1/outbox/{id}/retry': { post: Op<unknown, undefined, undefined, Id> };
  '/api/v1/journal': { get: Open<T.List<T.JournalEntry>, undefined, Query> };
}
