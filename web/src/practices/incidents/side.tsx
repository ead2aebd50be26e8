import { useRouteContext } from '@tanstack/react-router';

import { ItemLink } from '../../kit/ItemLink';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName, words } from '../../kit/words';
import { partInIncident } from '../../kit/yourPart';
import { browserZone, dated } from '../../ui/clock';
import { Facts } from '../../ui/Facts';
import { Panel } from '../../ui/Panel';
import styles from './incidents.module.css';
import type { PartProps } from './part';
import { PlacedCommand } from './PlacedCommand';

/** Owner and roles. */
export function Who({ incident, send, can }: PartProps) {
  const { user } = useRouteContext({ from: '/app' });
  const others = (incident.duties ?? []).filter((duty) => duty.to !== incident.team);
  return (
    <Panel title="People" actions={<PlacedCommand command={can('set_role')} send={send} />}>
      <Facts
        rows={[
          ['Your part', partInIncident(user, incident)],
          ['Team', incident.team ? <ItemLink item={incident.team} /> : 'None yet'],
          ['Assignee', incident.assignee ? <ItemLink item={incident.assignee} /> : 'Nobody yet'],
          ['Why', incident.assigned_because],
          ['Also in the queue of', others.length > 0 ? <Queues duties={others} /> : null],
          ...Object.entries(incident.roles).map(([role, person]): [string, React.ReactNode] => [
            words(role),
            <ItemLink key={role} item={person} />,
          ]),
          ['Reported', incident.reporter ? actorName(incident.reporter) : null],
          ['Acknowledged', incident.acknowledged_by ? actorName(incident.acknowledged_by) : null],
          ['Main item', incident.main_item ? <ItemLink item={incident.main_item} /> : null],
          [
            'Other items',
            incident.items.length > (incident.main_item ? 1 : 0) ? (
              <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
                {incident.items
                  .filter((item) => item !== incident.main_item)
                  .map((item) => (
                    <li key={item}>
                      <ItemLink item={item} />
                    </li>
                  ))}
              </ul>
            ) : null,
          ],
          ['Cause', incident.cause_class ? words(incident.cause_class) : null],
          ['Resolution', incident.resolution_code ? words(incident.resolution_code) : null],
          ['Note', incident.resolution_note],
        ]}
      />
    </Panel>
  );
}

/** Teams that see it among their own, and why. */
function Queues({ duties }: { duties: NonNullable<PartProps['incident']['duties']> }) {
  return (
    <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
      {duties.map(({ to, because }) => (
        <li key={to}>
          <ItemLink item={to} /> <span className={styles.source}>{because}</span>
        </li>
      ))}
    </ul>
  );
}

const order = [
  'started',
  'detected',
  'reported',
  'notified',
  'acknowledged',
  'diagnosed',
  'restored',
  'resolved',
  'closed',
] as const;

const sourceWord = {
  measured: 'measured',
  derived: 'worked out',
  entered: 'entered by a person',
};

/** Every point in time, with where it came from. */
export function Times({ incident, send, can }: PartProps) {
  return (
    <Panel
      title="Times"
      count={`in ${browserZone()}`}
      actions={<PlacedCommand command={can('set_time')} send={send} />}
    >
      <ul className={styles.times}>
        {order.map((name) => {
          const stamp = incident.times[name];
          return (
            <li key={name}>
              <span className={styles.timeName}>{words(name)}</span>
              {stamp ? (
                <span>
                  <TimeAgo at={stamp.at} />
                  <span className={styles.stamp}>
                    {dated(stamp.at)}, {sourceWord[stamp.source]}
                  </span>
                </span>
              ) : (
                <span className={styles.source}>not yet</span>
              )}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
