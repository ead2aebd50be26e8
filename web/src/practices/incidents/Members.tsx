import { Link } from '@tanstack/react-router';

import type { Member } from '../../api';
import { SeverityMark, StateWord } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import kit from '../../kit/kit.module.css';
import { TimeAgo } from '../../kit/TimeAgo';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './incidents.module.css';
import type { PartProps } from './part';
import { PlacedCommand } from './PlacedCommand';

/** The alerts of the incident, each with the reason why it belongs here. */
export function Members({ incident, send, can }: PartProps) {
  const members = [...incident.members].sort(
    (a, b) => Number(a.detached) - Number(b.detached) || Number(b.primary) - Number(a.primary),
  );
  const here = members.filter((member) => !member.detached);
  const firing = here.filter((member) => !member.cleared_at).length;
  return (
    <Panel
      title="Alerts"
      count={here.length > 0 ? `${firing} of ${here.length} still firing` : undefined}
      flush
    >
      {members.length === 0 ? (
        <EmptyState title="No alert belongs to this incident">
          It was reported by a person. Alerts on the same items join it by themselves.
        </EmptyState>
      ) : (
        <ul className={styles.members}>
          {members.map((member) => (
            <li key={member.alert} data-detached={member.detached}>
              <div className={styles.memberTop}>
                <SeverityMark severity={member.severity} />
                <Link to="/alerts/$id" params={{ id: member.alert }} className={kit.rowLink}>
                  {member.title}
                </Link>
                {member.item && <ItemLink item={member.item} />}
              </div>
              <div>
                <MemberState member={member} />{' '}
                {!member.detached && (
                  <PlacedCommand
                    command={can('detach')}
                    send={send}
                    preset={{ alert: member.alert }}
                    label="Detach"
                    ariaLabel={`Detach ${member.title}`}
                  />
                )}
              </div>
              <div className={styles.reason}>
                {member.primary ? 'First alert: ' : 'Because '}
                {member.reason} · joined <TimeAgo at={member.joined_at} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function MemberState({ member }: { member: Member }) {
  if (member.detached) return <StateWord state="detached" />;
  return member.cleared_at ? (
    <StateWord state="cleared" />
  ) : (
    <StateWord state="firing" tone="bad" />
  );
}
