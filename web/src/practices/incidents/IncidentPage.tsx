import { Anchor, Breadcrumbs } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';

import { type Incident, incidents } from '../../api';
import { PriorityBadge, SeverityMark, StageBadge } from '../../kit/Badges';
import type { CommandBody } from '../../kit/command';
import { CommandBar } from '../../kit/CommandBar';
import { Loaded } from '../../kit/QueryState';
import { minutesText } from '../../kit/spans';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName, itemName, words } from '../../kit/words';
import { PageHead } from '../../ui/PageHead';
import { ContractClocks } from '../clocks/ContractClocks';
import { Affected } from './Affected';
import { Children } from './Children';
import { ImpactMap } from './ImpactMap';
import styles from './incidents.module.css';
import { Links, Tasks } from './lists';
import { Major, MajorMark } from './Major';
import { Members } from './Members';
import { Paging } from './Paging';
import { inBar, initial, type PartProps, usePart } from './part';
import { Potential } from './Potential';
import { PriorityLines } from './PriorityLines';
import { Proof } from './Proof';
import { Times, Who } from './side';
import { IncidentTimeline } from './IncidentTimeline';
import { Warnings } from './Warnings';

/** Everything about one incident, and everything that this person may do about it now. */
export function IncidentPage() {
  const { id } = useParams({ from: '/app/incidents/$id' });
  const query = useQuery(incidents.one(id));
  return (
    <Loaded query={query} rows={12}>
      {(incident) => <Content incident={incident} />}
    </Loaded>
  );
}

function Content({ incident }: { incident: Incident }) {
  const { number } = incident;
  const part = usePart(incident);
  const wide = useMediaQuery('(min-width: 75.01em)', true, { getInitialValueInEffect: false });
  const navigate = useNavigate();
  const send = async (body: CommandBody) => {
    const done = await part.send(body);
    if (body.command === 'declare_major') {
      await navigate({ to: '/incidents/$id/command', params: { id: String(number) } });
    }
    return done;
  };
  return (
    <>
      <PageHead
        title={incident.title}
        documentTitle={`#${incident.number} ${incident.title}`}
        above={
          <Breadcrumbs separator="/" fz="sm" mb={2} component="nav" aria-label="Where this is">
            <Anchor component={Link} to="/incidents" inherit>
              Incidents
            </Anchor>
            <span>#{incident.number}</span>
          </Breadcrumbs>
        }
        meta={<Badges incident={incident} />}
      />
      <Major {...part} send={send} />
      <div className={styles.next}>
        <div className={styles.nextText}>
          <b>Next:</b> {incident.next_step}
          <Situation incident={incident} />
        </div>
        <CommandBar
          allowed={inBar(incident)}
          send={send}
          initial={(command) => initial(incident, command)}
        />
      </div>
      <div className={styles.threefold}>
        <div className={styles.stack}>
          <Affected {...part} />
          <Proof {...part} />
          <ContractClocks id={incident.id} />
          <Members {...part} />
        </div>
        <div className={styles.aside}>
          <PriorityLines {...part} />
          <Paging incident={incident} />
          <Who {...part} />
          {wide && <Rest {...part} />}
        </div>
        <div className={styles.stack}>
          <ImpactMap incident={incident} />
          <IncidentTimeline {...part} />
        </div>
        {!wide && (
          <div className={styles.stack}>
            <Rest {...part} />
          </div>
        )}
      </div>
    </>
  );
}

/** What is looked up rather than watched: last where there is one column. */
function Rest(part: PartProps) {
  return (
    <>
      <Children {...part} />
      <Times {...part} />
      <Tasks {...part} />
      <Links {...part} />
    </>
  );
}

export function Badges({ incident }: { incident: Incident }) {
  return (
    <div className={styles.badges}>
      <PriorityBadge priority={incident.priority} marked={Boolean(incident.priority_override)} />
      <StageBadge stage={incident.stage} phase={incident.phase} />
      <SeverityMark severity={incident.severity} />
      <MajorMark incident={incident} />
      <Potential incident={incident} />
      <Warnings incident={incident} />
      <span>
        {words(incident.stage)} for <TimeAgo at={incident.stage_since} form="age" />
        {incident.stage_clock && ` of ${minutesText(incident.stage_clock.target_minutes)}`}
      </span>
      <span>
        Opened <TimeAgo at={incident.opened_at} />
      </span>
      {incident.reopen_count > 0 && <span>Reopened {incident.reopen_count}×</span>}
    </div>
  );
}

function Situation({ incident }: { incident: Incident }) {
  return (
    <>
      {incident.hold && (
        <div>
          On hold since <TimeAgo at={incident.hold.since} form="age" />: waiting for{' '}
          {words(incident.hold.reason).toLowerCase()}
          {incident.hold.note ? ` (${incident.hold.note})` : ''}.
        </div>
      )}
      {incident.stage === 'resolved' && incident.checks.some((check) => !check.passed) && (
        <div>
          Before it is closed:{' '}
          {incident.checks
            .filter((check) => !check.passed)
            .map((check) => check.detail)
            .join('; ')}
          .
        </div>
      )}
      {incident.merged_into && (
        <div>
          Merged into{' '}
          <Link to="/incidents/$id" params={{ id: incident.merged_into }}>
            the incident that stays open
          </Link>
          .
        </div>
      )}
      <div className={styles.sub}>
        {incident.assignee
          ? `With ${itemName(incident.assignee)}`
          : incident.team
            ? `With team ${itemName(incident.team)}, no person yet`
            : 'Nobody is assigned'}
        {incident.acknowledged_by
          ? ` · acknowledged by ${actorName(incident.acknowledged_by)}`
          : ''}
      </div>
    </>
  );
}
