import { Link } from '@tanstack/react-router';

import type { Member } from '../../api';
import { SeverityMark, StateWord } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import kit from '../../kit/kit.module.css';
import { TimeAgo } from '../../kit/TimeAgo';
import { Fold } from '../../ui/Fold';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './incidents.module.css';
import { arranged, mainText, overText } from './members';
import type { PartProps } from './part';
import { PlacedCommand } from './PlacedCommand';

/** Fewer than a storm brings, and enough to see what it is about. */
const FIRING = 12;

/** The alerts of the incident, each with the reason why it belongs here. */
export function Members(part: PartProps) {
  const { firing, over, here } = arranged(part.incident.members);
  const shown = firing.filter((member) => !member.cleared_at).length;
  return (
    <Panel title="Alerts" count={here > 0 ? `${shown} of ${here} still firing` : undefined} flush>
      {firing.length + over.length === 0 ? (
        <EmptyState title="No alert belongs to this incident">
          It was reported by a person. Alerts on the same items join it by themselves.
        </EmptyState>
      ) : (
        <>
          <Fold
            items={firing}
            first={FIRING}
            more={`Show all ${firing.length}`}
            less={`Show the first ${FIRING}`}
          >
            {(members) => <List members={members} {...part} />}
          </Fold>
          <Fold
            items={over}
            first={0}
            more={`Show ${overText(over)}`}
            less={`Hide ${overText(over)}`}
          >
            {(members) => <List members={members} {...part} />}
          </Fold>
        </>
      )}
    </Panel>
  );
}

function List({ members, incident, send, can }: PartProps & { members: readonly Member[] }) {
  if (members.length === 0) return null;
  return (
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
            {member.primary && `${mainText(member, incident.main_because)} · `}
            {member.primary ? 'here because ' : 'Because '}
            {member.reason} · joined <TimeAgo at={member.joined_at} />
          </div>
        </li>
      ))}
    </ul>
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
