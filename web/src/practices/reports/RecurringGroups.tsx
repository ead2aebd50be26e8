import { reports, type RecurringGroup } from '../../api';
import { SimpleTable } from '../../kit/SimpleTable';
import { absolute } from '../../ui/clock';
import { Decide, Key, keyName, Verdict } from './Deciding';
import styles from './reports.module.css';
import { percent, type Time } from './Rules';

/** Three rules and more of which every two recur together: accepted or rejected as one. */
export function RecurringGroups({ groups, time }: { groups: RecurringGroup[]; time: Time }) {
  return (
    <SimpleTable
      label="Groups that recur together"
      rows={groups}
      rowKey={names}
      columns={[
        {
          header: 'Group',
          cell: (group) => (
            <div className={styles.members}>
              {group.members.map((member) => (
                <Key key={`${member.source} ${keyName(member)}`} rule={member} time={time} />
              ))}
            </div>
          ),
        },
        {
          header: 'Occasions',
          align: 'end',
          cell: (group) => <Occasions group={group} time={time} />,
        },
        {
          header: 'Least confidence',
          align: 'end',
          cell: (group) => percent(group.evidence?.confidence),
        },
        { header: 'Decided', cell: (group) => <Verdict decision={group.decision} /> },
        {
          header: '',
          align: 'end',
          cell: (group) => (
            <Decide
              allowed={group.allowed}
              about={names(group)}
              send={(verdict) => reports.decideGroup({ members: group.members, verdict, note: '' })}
            />
          ),
        },
      ]}
    />
  );
}

const names = (group: RecurringGroup) => group.members.map(keyName).join(', ');

/** When members met, and which of them fired. */
function Occasions({ group, time }: { group: RecurringGroup; time: Time }) {
  const { evidence, members } = group;
  if (!evidence) return <span className={styles.sub}>none since {absolute(time.from)}</span>;
  return (
    <details className={styles.evidence}>
      <summary>
        {evidence.support} <span className={styles.sub}>{evidence.whole} with all</span>
      </summary>
      <ul>
        {evidence.occasions.map((occasion) => (
          <li key={occasion.at}>
            {absolute(occasion.at)}:{' '}
            {occasion.fired.length === members.length
              ? 'all'
              : occasion.fired.map((place) => members[place]?.name).join(', ')}
          </li>
        ))}
      </ul>
    </details>
  );
}
