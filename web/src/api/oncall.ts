import { queryOptions } from '@tanstack/react-query';

import { body, http, idempotencyKey, query } from './client';
import { keys } from './keys';
import type { Away, NewPushDevice, PageCommand, Takeover } from './types';

/** Every schedule, with who is on call now. */
export const schedules = () =>
  queryOptions({
    queryKey: [...keys.estate, 'schedules'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/schedules', { signal })),
    refetchInterval: 60_000,
  });

/** One schedule over some time. */
export const schedule = (name: string, window: { from: string; until: string }) =>
  queryOptions({
    queryKey: [...keys.estate, 'schedule', name, window],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/schedules/{name}', {
          params: { path: { name }, query: query(window) },
          signal,
        }),
      ),
  });

/** Lets somebody take over a stretch of time. */
export const takeOver = (name: string, taken: Takeover) =>
  body(
    http.POST('/api/v1/schedules/{name}/overrides', { params: { path: { name } }, body: taken }),
  );

/** Takes back what somebody took over. */
export const takeBack = (name: string, made: string) =>
  body(
    http.DELETE('/api/v1/schedules/{name}/overrides/{made}', { params: { path: { name, made } } }),
  );

/** When a person is on call, and when they are away. */
export const shifts = (name: string) =>
  queryOptions({
    queryKey: [...keys.estate, 'shifts', name],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/people/{name}/shifts', { params: { path: { name } }, signal })),
  });

/** Notes that somebody is away. */
export const away = (name: string, asked: Away) =>
  body(http.POST('/api/v1/people/{name}/away', { params: { path: { name } }, body: asked }));

/** Takes back an absence that is to come. */
export const cancelAway = (name: string, absence: string) =>
  body(
    http.DELETE('/api/v1/people/{name}/away/{absence}', { params: { path: { name, absence } } }),
  );

/** Notes that somebody is back. */
export const back = (name: string) =>
  body(http.POST('/api/v1/people/{name}/back', { params: { path: { name } }, body: { at: null } }));

/** How a person is called, and what is missing before that works. */
export const ways = (name: string) =>
  queryOptions({
    queryKey: [...keys.estate, 'ways', name],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/people/{name}/ways', { params: { path: { name } }, signal })),
  });

/** Sends a test by one way, or by all. */
export const tryWays = (name: string, way: { channel: string; to: string } | null) =>
  body(
    http.POST('/api/v1/people/{name}/ways/try', {
      params: { path: { name } },
      body: way ?? { channel: null, to: null },
    }),
  );

/** The browsers in which a person is called, and what a browser is subscribed with. */
export const devices = (name: string) =>
  queryOptions({
    queryKey: [...keys.estate, 'devices', name],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/people/{name}/devices', { params: { path: { name } }, signal })),
  });

/** Adds this browser. */
export const addDevice = (name: string, device: NewPushDevice) =>
  body(http.POST('/api/v1/people/{name}/devices', { params: { path: { name } }, body: device }));

/** Removes a browser. */
export const removeDevice = (name: string, device: string) =>
  body(
    http.DELETE('/api/v1/people/{name}/devices/{device}', { params: { path: { name, device } } }),
  );

export const command = (id: string, fields: { command: string } & Record<string, unknown>) =>
  body(
    http.POST('/api/v1/pages/{id}/commands', {
      params: { path: { id }, header: { 'Idempotency-Key': idempotencyKey() } },
      // Filled in by a form that the server described: it says what is wrong with it.
      body: fields as PageCommand,
    }),
  );
