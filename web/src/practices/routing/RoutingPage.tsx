import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';

import { routing, type RoutingInForce } from '../../api';
import { AlertViews } from '../../kit/AlertViews';
import kit from '../../kit/kit.module.css';
import { Loaded } from '../../kit/QueryState';
import { PageHead } from '../../ui/PageHead';
import { EmptyState } from '../../ui/States';
import { Replay } from './Replay';
import { RouteTable } from './RouteTable';
import { Tester } from './Tester';

/** Who is told of which alerts: the routing in force, trying labels on it, and replaying a change. */
export function RoutingPage() {
  const { view } = useSearch({ from: '/app/alerts/routing' });
  const query = useQuery(routing.inForce());
  return (
    <>
      <PageHead title="Routing" above={<AlertViews />} />
      <nav className={kit.views} aria-label="Views of the routing">
        <Link to="/alerts/routing" search={{}} activeOptions={{ exact: true }}>
          Routes
        </Link>
        <Link to="/alerts/routing" search={{ view: 'test' }}>
          Try labels
        </Link>
        <Link to="/alerts/routing" search={{ view: 'replay' }}>
          Replay a change
        </Link>
      </nav>
      <Loaded query={query} rows={8}>
        {(found) => <View view={view} found={found} />}
      </Loaded>
    </>
  );
}

function View({ view, found }: { view: string | undefined; found: RoutingInForce }) {
  if (view === 'test') return <Tester configured={found.configured} />;
  if (!found.configured) return <None />;
  return view === 'replay' ? <Replay text={found.text} /> : <RouteTable found={found} />;
}

function None() {
  return (
    <EmptyState title="No routing configuration is set">
      People are called through the escalation policies of incidents. To tell receivers of groups of
      alerts as well, name a configuration file of Alertmanager in <code>routing.file</code> of
      Operate’s settings, or start <code>operate alertmanager --config.file=…</code>, and look at it
      first with <code>operate import alertmanager</code>.
    </EmptyState>
  );
}
