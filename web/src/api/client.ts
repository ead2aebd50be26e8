import createClient from 'openapi-fetch';

import { problemOf } from './errors';
import type { paths } from './generated';

/** The one way to the server. Same origin; the session is a cookie. */
export const http = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin' });

http.use({
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('x-operate-csrf', '1');
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
    return undefined;
  },
});

/** The body of an answer. Failures were thrown before this. */
export async function body<D>(call: Promise<{ data?: D }>): Promise<D> {
  const { data } = await call;
  return data as D;
}

/** A document with the version that it was read at. */
export interface Versioned<T> {
  value: T;
  version: number;
}

/** The body of an answer with the version that its entity tag names; 0: never written. */
export async function versioned<D>(
  call: Promise<{ data?: D; response: Response }>,
): Promise<Versioned<D>> {
  const { data, response } = await call;
  const version = Number(response.headers.get('etag')?.replaceAll('"', '') ?? 0);
  return { value: data as D, version };
}

/** Makes a repeat of the same request harmless. Works without a secure context, too. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The version a person looked at, as the entity tag of the record. */
export function etag(version: number): string {
  return `"${version}"`;
}

/** Leaves out what is empty, so that filters do not travel as `q=`. */
export function query(values: Record<string, string | number | boolean | null | undefined>) {
  return Object.fromEntries(
    Object.entries(values).filter(
      (pair): pair is [string, string | number | boolean] =>
        pair[1] !== undefined && pair[1] !== null && pair[1] !== '',
    ),
  );
}
