import { Anchor, Breadcrumbs, Button, Group, SegmentedControl } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useRouteContext, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

import { type Alert, alerts, contracts, estate, incidents } from '../../api';
import { SeverityMark, StateWord } from '../../kit/Badges';
import type { CommandBody } from '../../kit/command';
import { CommandBar } from '../../kit/CommandBar';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { TimeAgo } from '../../kit/TimeAgo';
import { Timeline } from '../../kit/Timeline';
import { actorName, words } from '../../kit/words';
import { partInIncident, partInItem } from '../../kit/yourPart';
import { Facts } from '../../ui/Facts';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { NotUseful } from '../tuning/NotUseful';
import styles from './alerts.module.css';
import { Meaning } from './Meaning';
import { SilencedMark } from './SilencedMark';
import { Why } from './Why';

/** One alert: what was said, where it was placed and why, and its history. */
export function AlertPage() {
  const { id } = useParams({ from: '/app/alerts/$id' });
  const query = useQuery(alerts.one(id));
  return (
    <Loaded query={query} rows={10}>
      {(alert) => <Content alert={alert} />}
    </Loaded>
  );
}

function Content({ alert }: { alert: Alert }) {
  const { id, version } = alert;
  const send = useCallback((body: CommandBody) => alerts.command(id, version, body), [id, version]);
  const { view } = useSearch({ from: '/app/alerts/$id' });
  return (
    <>
      <PageHead
        title={alert.name}
        above={
          <Breadcrumbs separator="/" fz="sm" mb={2} component="nav" aria-label="Where this is">
            <Anchor component={Link} to="/alerts" inherit>
              Alerts
            </Anchor>
            <span>{alert.fingerprint}</span>
          </Breadcrumbs>
        }
        meta={
          <>
            <div>{alert.summary}</div>
            <div className={styles.badges}>
              <SeverityMark severity={alert.severity} />
              <StateWord state={alert.state} />
              <SilencedMark alert={alert} />
              <span>
                Firing since <TimeAgo at={alert.starts_at} />
              </span>
            </div>
          </>
        }
        actions={
          <Group gap="xs" align="flex-start">
            <CommandBar allowed={alert.allowed} send={send} />
            <Button
              variant="default"
              renderRoot={(props) => (
                <Link to="/silences/new" search={{ alert: alert.id }} {...props} />
              )}
            >
              Silence
            </Button>
          </Group>
        }
      />
      <Views view={view ?? 'facts'} />
      {view === 'why' ? <Why alert={alert} /> : <About alert={alert} />}
    </>
  );
}

/** What is shown of the alert: what it says, or why it was told. */
function Views({ view }: { view: string }) {
  const navigate = useNavigate({ from: '/alerts/$id' });
  return (
    <SegmentedControl
      size="xs"
      mb={12}
      aria-label="What to show of this alert"
      data={[
        { value: 'facts', label: 'What it says' },
        { value: 'why', label: 'Why it was told' },
      ]}
      value={view}
      onChange={(next) =>
        void navigate({ search: next === 'why' ? { view: next } : {}, replace: true })
      }
    />
  );
}

function About({ alert }: { alert: Alert }) {
  const { id } = alert;
  const timeline = useQuery(alerts.timeline(id));
  return (
    <div className={styles.columns}>
      <div className={styles.stack}>
        <Whose alert={alert} />
        <Panel title="Where it belongs">
          <Facts
            rows={[
              [
                'Item',
                alert.item ? (
                  <ItemLink item={alert.item} />
                ) : (
                  <>
                    No item matched.{' '}
                    <Link to="/settings/$part" params={{ part: 'rules' }} search={{ alert: id }}>
                      Make a rule
                    </Link>
                  </>
                ),
              ],
              ['Matched by', alert.matched_by ?? null],
              [
                'Incident',
                alert.incident ? (
                  <Link to="/incidents/$id" params={{ id: alert.incident }}>
                    Open the incident
                  </Link>
                ) : (
                  'None'
                ),
              ],
              ['Contracts', alert.item ? <Contracts of={alert} item={alert.item} /> : null],
            ]}
          />
        </Panel>
        <Meaning alert={alert} />
        <NotUseful alert={alert} />
        <Panel title="Labels">
          <Pairs pairs={alert.labels} />
        </Panel>
        {Object.keys(alert.annotations).length > 0 && (
          <Panel title="Annotations">
            <Pairs pairs={alert.annotations} />
          </Panel>
        )}
        <Panel title="Timeline">
          <Loaded query={timeline} rows={3}>
            {(entries) => <Timeline entries={[...entries.items].sort((a, b) => b.seq - a.seq)} />}
          </Loaded>
        </Panel>
      </div>
      <div className={styles.stack}>
        <Panel title="Times">
          <Facts
            rows={[
              ['Started', <TimeAgo key="t" at={alert.starts_at} below />],
              ['Ended', alert.ends_at ? <TimeAgo key="t" at={alert.ends_at} below /> : null],
              ['Received first', <TimeAgo key="t" at={alert.first_seen} below />],
              ['Received last', <TimeAgo key="t" at={alert.last_seen} below />],
              [
                'Expires',
                alert.expires_at && !alert.ends_at ? (
                  <TimeAgo key="t" at={alert.expires_at} below />
                ) : null,
              ],
              ['Fired', `${alert.fired_count} times`],
            ]}
          />
        </Panel>
        <Panel title="Source">
          <Facts
            rows={[
              ['Kind', words(alert.source)],
              [
                'Made by',
                alert.generator_url ? (
                  <Anchor
                    href={alert.generator_url}
                    target="_blank"
                    rel="noreferrer noopener"
                    inherit
                  >
                    Open at the source <IconExternalLink size={12} aria-label="opens elsewhere" />
                  </Anchor>
                ) : null,
              ],
            ]}
          />
        </Panel>
      </div>
    </div>
  );
}

/** Who answers for it, what they do next, and what that has to do with whoever looks. */
function Whose({ alert }: { alert: Alert }) {
  const { user } = useRouteContext({ from: '/app' });
  const item = useQuery({ ...estate.item(alert.item ?? ''), enabled: Boolean(alert.item) }).data;
  const incident = useQuery({
    ...incidents.one(alert.incident ?? ''),
    enabled: Boolean(alert.incident),
  }).data;
  const { owner, operator } = item ?? {};
  const others = operator && operator.to !== owner?.to ? operator : null;
  return (
    <Panel title="Whose it is">
      <Facts
        rows={[
          ['Next', alert.next_step],
          ['Owner', owner ? <ItemLink item={owner.to} /> : 'Nobody answers for it yet'],
          ['Operator', others ? <ItemLink item={others.to} /> : null],
          ['Charged with the incident', incident?.team ? <ItemLink item={incident.team} /> : null],
          [
            'Your part',
            incident ? partInIncident(user, incident) : partInItem(user, owner?.to, operator?.to),
          ],
          ['Acknowledged', alert.acknowledged_by ? actorName(alert.acknowledged_by) : null],
        ]}
      />
    </Panel>
  );
}

function Pairs({ pairs }: { pairs: Record<string, string> }) {
  return (
    <dl className={styles.labels}>
      {Object.entries(pairs)
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** The contracts that cover what it is about. */
function Contracts({ of, item }: { of: Alert; item: string }) {
  const { data, isError } = useQuery(contracts.preview({ item, severity: of.severity }));
  if (isError) return 'Not known just now';
  const covering = data?.contracts.filter((each) => each.scope !== 'outside');
  if (!covering) return '…';
  if (covering.length === 0) return 'None covers it';
  return (
    <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
      {covering.map((each) => (
        <li key={each.contract}>
          <ItemLink item={each.contract} title={each.title} />
        </li>
      ))}
    </ul>
  );
}
