import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';

import { access } from '../api';
import { only } from '../kit/filter';
import { Layout } from './Layout';

const nextOnly = only('next');
const codeOnly = only('code');

interface Context {
  client: QueryClient;
}

/** What every page stands in. */
export const root = createRootRouteWithContext<Context>()({ component: Outlet });

export const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: nextOnly,
  beforeLoad: async ({ context, search }) => {
    const session = await context.client.query(access.session());
    if (session.state === 'setup_required') throw redirect({ to: '/setup' });
    if (session.state === 'signed_in') throw redirect({ href: search.next ?? '/' });
  },
  component: lazyRouteComponent(() => import('../practices/access/SignIn'), 'SignIn'),
});

export const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: codeOnly,
  beforeLoad: async ({ context }) => {
    const session = await context.client.query(access.session());
    if (session.state !== 'setup_required') throw redirect({ to: '/' });
  },
  component: lazyRouteComponent(() => import('../practices/access/SetUp'), 'SetUp'),
});

/** Everything behind the sign-in. */
export const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: async ({ context, location }) => {
    const session = await context.client.query({ ...access.session(), staleTime: 'static' });
    if (session.state === 'setup_required') throw redirect({ to: '/setup' });
    if (session.state === 'anonymous' || !session.user) {
      throw redirect({ to: '/sign-in', search: { next: location.href } });
    }
    if (session.user.role === 'consumer') throw redirect({ to: '/desk' });
    return { user: session.user, version: session.version, space: session.space };
  },
  component: Layout,
});

/** Where a consumer is, and nowhere else: without the frame, whose places are not hers. */
export const desk = createRoute({
  getParentRoute: () => root,
  path: '/desk',
  beforeLoad: async ({ context, location }) => {
    const session = await context.client.query({ ...access.session(), staleTime: 'static' });
    if (!session.user) throw redirect({ to: '/sign-in', search: { next: location.href } });
    if (session.user.role !== 'consumer') throw redirect({ to: '/' });
    return { user: session.user };
  },
  component: lazyRouteComponent(() => import('../practices/contracts/DeskPage'), 'DeskPage'),
});
