import { Button } from '@mantine/core';
import { IconCircleCheck, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { overview, type Overview as OverviewData, type Priority } from '../../api';
import { PhaseBadge, PriorityBadge, StageBadge } from '../../kit/Badges';
import { Loaded } from '../../kit/QueryState';
import { TimeAgo } from '../../kit/TimeAgo';
import { count, itemName } from '../../kit/words';
import { EmptyState } from '../../ui/States';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { AtRisk } from '../clocks/AtRisk';
import { Activity, Health, OnCall, States } from './parts';
import styles from './overview.module.css';

const phases = [
  ['detect', 'Not yet taken up by a person'],
  ['diagnose', 'Looking for the cause'],
  ['resolve', 'Bringing service back'],
] as const;

/** What is broken now, how far its handling is, and who is on it. */
export function Overview() {
  const query = useQuery(overview.overview());
  return (
    <>
      <PageHead
        title="Overview"
        actions={
          <Button
            variant="default"
            leftSection={<IconPlus size={14} />}
            renderRoot={(props) => <Link to="/incidents/new" {...props} />}
          >
            Report an incident
          </Button>
        }
      />
      <Loaded query={query} rows={10}>
        {(data) => <Content data={data} />}
      </Loaded>
    </>
  );
}

function Content({ data }: { data: OverviewData }) {
  return (
    <>
      <div className={styles.phases} role="group" aria-label="Open incidents by phase">
        {phases.map(([phase, meaning]) => (
          <Link key={phase} to="/incidents" search={{ phase }} className={styles.phase}>
            <span>
              <PhaseBadge phase={phase} />
            </span>
            <span className={styles.number} data-zero={data.open[phase] === 0}>
              {data.open[phase]}
            </span>
            <span className={styles.hint}>{meaning}</span>
          </Link>
        ))}
      </div>
      {data.unassigned > 0 && (
        <p className={styles.notice} role="note">
          <Link to="/incidents" search={{ warning: 'unassigned' }}>
            {count(data.unassigned, 'incident')}
          </Link>{' '}
          waited too long for somebody to be charged with it.
        </p>
      )}
      <div className={styles.columns}>
        <div className={styles.stack}>
          <Broken data={data} />
          <div className={styles.pair}>
            <States title="Products" rows={data.products} kind="product" />
            <States title="Use cases" rows={data.usecases} kind="usecase" />
          </div>
          <Activity data={data} />
        </div>
        <div className={styles.stack}>
          <AtRisk />
          <Health data={data} />
          <OnCall policies={data.on_call} />
        </div>
      </div>
    </>
  );
}

const priorities: Priority[] = ['P1', 'P2', 'P3', 'P4', 'P5'];

function Broken({ data }: { data: OverviewData }) {
  const counts = priorities.filter((priority) => (data.by_priority[priority] ?? 0) > 0);
  return (
    <Panel
      title="Broken now"
      flush
      actions={
        <div className={styles.byPriority}>
          {counts.map((priority) => (
            <Link key={priority} to="/incidents" search={{ priority }}>
              <PriorityBadge priority={priority} />
              {data.by_priority[priority]}
            </Link>
          ))}
        </div>
      }
    >
      {data.incidents.length === 0 ? (
        <EmptyState title="Nothing is broken" icon={<IconCircleCheck size={30} stroke={1.5} />}>
          No incident is open. When an alert fires or somebody reports a fault, it appears here
          within two seconds.
        </EmptyState>
      ) : (
        <ul className={styles.rows}>
          {data.incidents.map((incident) => (
            <li key={incident.id}>
              <Link to="/incidents/$id" params={{ id: incident.id }} className={styles.incident}>
                <PriorityBadge
                  priority={incident.priority}
                  marked={Boolean(incident.priority_override)}
                />
                <span className={styles.title}>{incident.title}</span>
                <StageBadge stage={incident.stage} phase={incident.phase} />
                <span className={styles.age}>
                  <TimeAgo at={incident.opened_at} form="age" />
                </span>
                <span className={styles.sub}>
                  #{incident.number}
                  {' · '}
                  {impactLine(incident.affected.usecases, incident.affected.products)}
                  {' · '}
                  {incident.assignee
                    ? itemName(incident.assignee)
                    : incident.team
                      ? `team ${itemName(incident.team)}`
                      : 'nobody assigned'}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function impactLine(usecases: string[], products: string[]): string {
  if (usecases.length > 0) return `hits ${usecases.map(itemName).join(', ')}`;
  if (products.length > 0) return `hits ${products.map(itemName).join(', ')}`;
  return 'no use case known to be hit';
}
