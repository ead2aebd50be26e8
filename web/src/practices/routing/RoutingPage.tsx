import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';

import { routing, type RoutingInForce } from '../../api';
import { AlertViews } from '../../kit/AlertViews';
import kit from '../../kit/kit.module.css';
import { Loaded } from '../../kit/QueryState';
import { PageHead } from '../../ui/PageHead';
import { ProblemBox } from '../../ui/States';
import { Change } from './Change';
import { History } from './History';
import { RouteTable } from './RouteTable';
import { Start } from './Start';
import { Tester } from './Tester';

/** Who is told of which alerts: the routing in force, trying labels on it, changing it. */
export function RoutingPage() {
  const { view } = useSearch({ from: '/app/alerts/routing' });
  const query = useQuery(routing.inForce());
  const kept = query.data?.kept;
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
        {kept !== 'none' && (
          <Link to="/alerts/routing" search={{ view: 'change' }}>
            {query.data?.may_change ? 'Change' : 'Replay a change'}
          </Link>
        )}
        {kept === 'product' && (
          <Link to="/alerts/routing" search={{ view: 'history' }}>
            Versions
          </Link>
        )}
      </nav>
      <Loaded query={query} rows={8}>
        {(found) => (
          <>
            {found.trouble && (
              <ProblemBox title="What is kept is not in force" remedy={found.trouble} />
            )}
            <View view={view} found={found} />
          </>
        )}
      </Loaded>
    </>
  );
}

function View({ view, found }: { view: string | undefined; found: RoutingInForce }) {
  if (view === 'test') return <Tester configured={found.configured} />;
  if (found.kept === 'none') return <Start found={found} />;
  if (view === 'change' || view === 'replay') return <Change found={found} />;
  if (view === 'history') return <History found={found} />;
  return <RouteTable found={found} />;
}
