/** Everything that talks to the server, by practice. Nothing outside this folder knows a URL. */
export * as access from './access';
export * as alerts from './alerts';
export * as classes from './classes';
export * as consumers from './consumers';
export * as contracts from './contracts';
export * as clocks from './clocks';
export * as estate from './estate';
export * as heartbeats from './heartbeats';
export * as incidents from './incidents';
export * as objectives from './objectives';
export * as oncall from './oncall';
export * as overview from './overview';
export * as reports from './reports';
export * as routing from './routing';
export * as settings from './settings';
export * as silences from './silences';
export * as tuning from './tuning';
export * as webhooks from './webhooks';
export { asProblem, Problem } from './errors';
export type { Versioned } from './client';
export { keys } from './keys';
export type * from './types';

/** Where the live feed of the journal is read. */
export const JOURNAL_STREAM = '/api/v1/journal/stream';
/** Where the API describes itself to people. */
export const API_DOCS = '/api/docs';
/** Where Alertmanager clients send alerts, as a path of this server. */
export const ALERTMANAGER_PATH = '/api/v2/alerts';
/** Where anything else sends events. */
export const EVENTS_PATH = '/api/v1/events';
/** Where CloudEvents are sent. */
export const CLOUDEVENTS_PATH = '/api/v1/events/cloudevents';
