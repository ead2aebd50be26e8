import { Link } from '@tanstack/react-router';

import type { RoutingInForce } from '../../api';
import { SimpleTable } from '../../kit/SimpleTable';
import { duration } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './routing.module.css';

type Route = RoutingInForce['routes'][number];

/** The routes in force, each below the one that it belongs to, and who can be told. */
export function RouteTable({ found }: { found: RoutingInForce }) {
  return (
    <div className={styles.stack}>
      <Panel title="Routes" count={found.routes.length} flush>
        <SimpleTable
          label="Routes"
          rows={found.routes.map((route, place) => ({ ...route, place }))}
          rowKey={(route) => String(route.place)}
          columns={[
            { header: 'Alerts', cell: (route) => <Alerts route={route} /> },
            { header: 'Told to', cell: (route) => route.receiver },
            { header: 'Grouped by', cell: (route) => grouped(route) },
            { header: 'First after', cell: (route) => wait(route.group_wait_seconds) },
            { header: 'Changes after', cell: (route) => wait(route.group_interval_seconds) },
            { header: 'Again after', cell: (route) => wait(route.repeat_interval_seconds) },
          ]}
        />
      </Panel>
      <Panel title="Receivers" count={found.receivers.length} flush>
        <SimpleTable
          label="Receivers"
          rows={found.receivers}
          rowKey={(receiver) => receiver.name}
          columns={[
            { header: 'Name', cell: (receiver) => receiver.name },
            {
              header: 'Told by',
              cell: (receiver) =>
                receiver.ways.length > 0 ? receiver.ways.join(', ') : 'Nothing: it is told nowhere',
            },
          ]}
        />
      </Panel>
      <Panel title={found.kept === 'product' ? 'The text' : 'The file'}>
        <p className={styles.sub}>
          <Where found={found} /> How soon what can wait is told, and what a storm does, is set
          under{' '}
          <Link to="/settings/$part" params={{ part: 'notifications' }}>
            Settings, Notifications
          </Link>
          .
        </p>
        <pre className={styles.file} tabIndex={0} aria-label="The text without its secrets">
          {found.text}
        </pre>
      </Panel>
    </div>
  );
}

function Where({ found }: { found: RoutingInForce }) {
  if (found.kept === 'product') {
    return <>Version {found.version} is kept here, with its secrets sealed.</>;
  }
  if (!found.file) return <>An administrator sees where it is kept.</>;
  return (
    <>
      Read from <code>{found.file}</code>. Change it there and send SIGHUP or{' '}
      <code>POST /-/reload</code>; one that is wrong changes nothing.
    </>
  );
}

function Alerts({ route }: { route: Route }) {
  const mute = route.mute_time_intervals;
  const active = route.active_time_intervals;
  return (
    <div style={{ marginInlineStart: Math.min(route.depth, 6) * 16 }}>
      {route.matchers ? <code>{route.matchers}</code> : 'Every alert'}
      {route.continues && <div className={styles.sub}>and on to the routes beside it</div>}
      {mute.length > 0 && <div className={styles.sub}>not during {mute.join(', ')}</div>}
      {active.length > 0 && <div className={styles.sub}>only during {active.join(', ')}</div>}
    </div>
  );
}

function grouped(route: Route) {
  if (route.group_by.includes('...')) return 'every label';
  return route.group_by.length > 0 ? route.group_by.join(', ') : 'nothing: one group';
}

function wait(seconds: number) {
  return seconds === 0 ? 'at once' : duration(seconds);
}
