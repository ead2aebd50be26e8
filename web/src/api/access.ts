import { queryOptions } from '@tanstack/react-query';

import { body, http } from './client';
import { keys } from './keys';

export const session = () =>
  queryOptions({
    queryKey: keys.session,
    queryFn: ({ signal }) => body(http.GET('/api/v1/session', { signal })),
    staleTime: 60_000,
  });

export const signIn = (username: string, password: string) =>
  body(http.POST('/api/v1/session', { body: { username, password } }));

export const changePassword = (present: string, next: string) =>
  body(http.POST('/api/v1/session/password', { body: { present, new: next } }));

export const signOut = () => body(http.DELETE('/api/v1/session'));

export const setUp = (first: {
  code: string;
  username: string;
  display_name: string;
  password: string;
}) => body(http.POST('/api/v1/setup', { body: first }));
