import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { EmptyState } from '../../ui/States';
import type { AlertSearch } from './AlertFilters';

/** What an empty list says, and what to do next. */
export function Nothing({ search }: { search: AlertSearch }) {
  if (search.matched === 'false') {
    return (
      <EmptyState title="Every alert found its item">
        When an alert arrives that no match rule places, it is listed here.
      </EmptyState>
    );
  }
  if (Object.keys(search).length > 0) {
    return (
      <EmptyState
        title="No alert matches these filters"
        action={
          <Button
            variant="default"
            renderRoot={(props) => <Link to="/alerts" search={{ state: 'all' }} {...props} />}
          >
            Show all alerts
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState title="No alert is firing">
      Connect Prometheus, Alertmanager or anything that can post JSON under{' '}
      <Link to="/settings/$part" params={{ part: 'integrations' }}>
        Settings, Integration keys
      </Link>
      .
    </EmptyState>
  );
}
