/**
 * The shapes on the wire, in one place. The server describes paths and parameters in full but most
 * bodies only as JSON, so the shapes are written by hand, from its records; `generated.ts` (made
 * by `npm run api`) checks that every path asked for exists.
 */

export type * from './shapes/common';
export type * from './shapes/incidents';
export type * from './shapes/alerts';
export type * from './shapes/oncall';
export type * from './shapes/estate';
export type * from './shapes/overview';
export type * from './shapes/reports';
export type * from './shapes/settings';
