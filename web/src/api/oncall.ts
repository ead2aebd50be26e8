import { queryOptions } from '@tanstack/react-query';

import { body, http, idempotencyKey, query } from './client';
import { keys } from './keys';
import type {
  Away,
  NewLeaveCalendar,
  NewNote,
  NewPushDevice,
  NewSwap,
  NotifyRule,
  PageCommand,
  Priority,
  Takeover,
} from './types';

/** Who is on shift now, and who is away until when. */
export const people = () =>
  queryOptions({
    queryKey: [...keys.estate, 'presence'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/on-call/people', { signal })),
    staleTime: 30_000,
  });

/** Every schedule, with who is on call now. */
export const schedules = () =>
  queryOptions({
    queryKey: [...keys.estate, 'schedules'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/schedules', { signal })),
    refetchInterval: 60_000,
  });

/** Whom an incident would call, when, and how. */
export const preview = (asked: { item: string; priority: Priority; at: string }) =>
  queryOptions({
    queryKey: [...keys.estate, 'calling', asked],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/on-call/preview', { params: { query: asked }, signal })),
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

/** What a schedule that is not saved would give. Mistakes in it are a problem that lists them. */
export const trial = (text: string, window: { from: string; until: string }) =>
  queryOptions({
    queryKey: [...keys.estate, 'trial', text, window],
    queryFn: ({ signal }) =>
      body(http.POST('/api/v1/schedules/preview', { body: { text, ...window }, signal })),
    retry: false,
  });

/** How being on call was shared over a time that is past. */
export const fairness = (asked: {
  schedule?: string;
  person?: string;
  from: string;
  until: string;
}) =>
  queryOptions({
    queryKey: [...keys.estate, 'fairness', asked],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/on-call/fairness', { params: { query: asked }, signal })),
  });

/** Reads the calendar of a layer now. */
export const readCalendar = (name: string, layer: string) =>
  body(
    http.POST('/api/v1/schedules/{name}/calendars/{layer}/read', {
      params: { path: { name, layer } },
    }),
  );

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

/** Says how a person wants to be called. */
export const notify = (name: string, rules: NotifyRule[]) =>
  body(
    http.PUT('/api/v1/people/{name}/notify', {
      params: { path: { name } },
      body: { notify: rules },
    }),
  );

/** What rules would come to, in words. */
export const notifyPreview = (name: string, rules: NotifyRule[]) =>
  queryOptions({
    queryKey: [...keys.estate, 'notify', name, rules],
    queryFn: ({ signal }) =>
      body(
        http.POST('/api/v1/people/{name}/notify/preview', {
          params: { path: { name } },
          body: { notify: rules },
          signal,
        }),
      ),
    retry: false,
  });

/** Sends a test by one way, or by all. */
export const tryWays = (name: string, way: { channel: string; to: string } | null) =>
  body(
    http.POST('/api/v1/people/{name}/ways/try', {
      params: { path: { name } },
      body: way ?? { channel: null, to: null },
    }),
  );

/** A way of a person, as somebody names it. */
export interface NamedWay {
  channel: string;
  to: string;
}

/** Has a code sent by a way. */
export const sendCode = (name: string, way: NamedWay) =>
  body(http.POST('/api/v1/people/{name}/ways/code', { params: { path: { name } }, body: way }));

/** Enters the code that came by a way. */
export const verify = (name: string, entered: NamedWay & { code: string }) =>
  body(
    http.POST('/api/v1/people/{name}/ways/verify', { params: { path: { name } }, body: entered }),
  );

/** Who is on call within a week and might not hear it. */
export const hardToReach = () =>
  queryOptions({
    queryKey: [...keys.estate, 'hard-to-reach'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/on-call/hard-to-reach', { signal })),
    refetchInterval: 60_000,
  });

/** What has nobody on call in the next eight weeks, over all schedules. */
export const uncovered = () =>
  queryOptions({
    queryKey: [...keys.estate, 'uncovered'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/on-call/gaps', { signal })),
    refetchInterval: 60_000,
  });

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

/** Being on call, for the one who asks. */
export const mine = () =>
  queryOptions({
    queryKey: [...keys.estate, 'mine'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/my/on-call', { signal })),
    refetchInterval: 60_000,
  });

/** Whose shifts calendar programs read: of a person, or of a schedule. */
export interface FeedOwner {
  kind: 'people' | 'schedules';
  name: string;
}

/** The calendars in which somebody keeps their leave. */
export const leaveCalendars = (name: string) =>
  queryOptions({
    queryKey: [...keys.estate, 'leave-calendars', name],
    queryFn: ({ signal }) =>
      body(http.GET('/api/v1/people/{name}/calendars', { params: { path: { name } }, signal })),
  });

/** Reads leave from a calendar from now on. */
export const addLeaveCalendar = (name: string, calendar: NewLeaveCalendar) =>
  body(
    http.POST('/api/v1/people/{name}/calendars', { params: { path: { name } }, body: calendar }),
  );

/** Reads a calendar now, instead of in a quarter of an hour. */
export const readLeaveCalendar = (name: string, calendar: string) =>
  body(
    http.POST('/api/v1/people/{name}/calendars/{calendar}/read', {
      params: { path: { name, calendar } },
    }),
  );

/** Takes the leave back that a calendar says, and reads it no longer. */
export const removeLeaveCalendar = (name: string, calendar: string) =>
  body(
    http.DELETE('/api/v1/people/{name}/calendars/{calendar}', {
      params: { path: { name, calendar } },
    }),
  );

const feedPaths = {
  people: '/api/v1/people/{name}/feed',
  schedules: '/api/v1/schedules/{name}/feed',
} as const;

/** Whether the shifts can be read by a calendar program. */
export const feed = ({ kind, name }: FeedOwner) =>
  queryOptions({
    queryKey: [...keys.estate, 'feed', kind, name],
    queryFn: ({ signal }) =>
      body(http.GET(feedPaths[kind], { params: { path: { name } }, signal })),
  });

/** Makes an address for calendar programs, in the place of the one before. */
export const makeFeed = ({ kind, name }: FeedOwner) =>
  body(http.POST(feedPaths[kind], { params: { path: { name } } }));

/** Revokes the address. */
export const revokeFeed = ({ kind, name }: FeedOwner) =>
  body(http.DELETE(feedPaths[kind], { params: { path: { name } } }));

/** What is handed over at the end of a turn; of the present one when no time is said. */
export const handOver = (name: string, at: string | undefined) =>
  queryOptions({
    queryKey: [...keys.estate, 'hand-over', name, at ?? ''],
    queryFn: ({ signal }) =>
      body(
        http.GET('/api/v1/schedules/{name}/hand-over', {
          params: { path: { name }, query: query({ at }) },
          signal,
        }),
      ),
    refetchInterval: 60_000,
  });

/** Adds a note to a turn. */
export const addNote = (name: string, note: NewNote) =>
  body(
    http.POST('/api/v1/schedules/{name}/hand-over/notes', {
      params: { path: { name } },
      body: note,
    }),
  );

/** Shifts that people offer each other, the newest first. */
export const swaps = () =>
  queryOptions({
    queryKey: [...keys.estate, 'swaps'],
    queryFn: ({ signal }) => body(http.GET('/api/v1/swaps', { params: { query: {} }, signal })),
    refetchInterval: 60_000,
  });

/** Offers a shift of one's own. */
export const offerSwap = (offer: NewSwap) => body(http.POST('/api/v1/swaps', { body: offer }));

/** Takes a shift that was offered. */
export const acceptSwap = (id: string) =>
  body(http.POST('/api/v1/swaps/{id}/accept', { params: { path: { id } } }));

/** Says no to a shift that was offered. */
export const declineSwap = (id: string, reason: string) =>
  body(http.POST('/api/v1/swaps/{id}/decline', { params: { path: { id } }, body: { reason } }));

/** Takes back an offer. */
export const withdrawSwap = (id: string) =>
  body(http.POST('/api/v1/swaps/{id}/withdraw', { params: { path: { id } } }));
