import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './theme.css';

import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { keys, Problem } from '../api';
import { fromAlertmanager } from './alertmanager';
import { createAppRouter } from './router';
import { theme, variables } from './theme';

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      // The session ended elsewhere: ask again who this is, and let the routes decide.
      if (error instanceof Problem && error.signedOut) {
        client.removeQueries({ queryKey: keys.session });
        void router.invalidate();
      }
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) =>
        failures < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500),
    },
  },
});

// Before the router looks: messages of Alertmanager's templates lead here.
const here = fromAlertmanager(window.location.hash);
if (here) window.history.replaceState(null, '', here);

const router = createAppRouter(client);

const root = document.getElementById('root');
if (!root) throw new Error('The page has no root element.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        defaultColorScheme="auto"
        colorSchemeManager={localStorageColorSchemeManager({ key: 'operate-scheme' })}
      >
        <Notifications position="bottom-right" autoClose={3500} limit={3} />
        <RouterProvider router={router} />
      </MantineProvider>
    </QueryClientProvider>
  </StrictMode>,
);

// Only for calls while no page is open: everything else works without it.
if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('/sw.js').catch(() => undefined);
}
