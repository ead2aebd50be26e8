import { Anchor, Breadcrumbs, Button, Code } from '@mantine/core';
import { IconContract, IconFileText, IconPencil, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useRouteContext } from '@tanstack/react-router';

import { estate, type EstateItemDetail, type Assigned } from '../../api';
import {
  ItemStateMark,
  PriorityBadge,
  SeverityMark,
  StageBadge,
  StateWord,
} from '../../kit/Badges';
import { ItemLink, kindWord } from '../../kit/ItemLink';
import kit from '../../kit/kit.module.css';
import { Loaded } from '../../kit/QueryState';
import { Timeline } from '../../kit/Timeline';
import { words } from '../../kit/words';
import { partInItem } from '../../kit/yourPart';
import { Facts } from '../../ui/Facts';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { LeaveCalendars } from '../oncall/LeaveCalendars';
import { Calling } from '../oncall/Calling';
import { Shifts } from '../oncall/Shifts';
import { ReleasePanel, StandingPanel } from '../contracts/StandingPanel';
import { Devices } from '../oncall/Devices';
import { Ways } from '../oncall/Ways';
import styles from './estate.module.css';
import { KeptIn } from './KeptIn';
import { Relations } from './Relations';
import { Spec } from './Spec';

/** Everything about one item. */
export function ItemPage() {
  const { kind, name } = useParams({ from: '/app/estate/$kind/$name' });
  const query = useQuery(estate.item(`${kind}/${name}`));
  return (
    <Loaded query={query} rows={10}>
      {(item) => <Content item={item} kind={kind} name={name} />}
    </Loaded>
  );
}

/** What contracts are made about, and what is released. */
const promised = new Set(['product', 'usecase', 'service']);
const released = new Set(['product', 'service', 'component']);

const onMap = new Set(['product', 'usecase', 'service', 'component', 'site', 'supplier']);

function Content({ item, kind, name }: { item: EstateItemDetail; kind: string; name: string }) {
  const mapped = onMap.has(kind);
  const calling = kind === 'escalationpolicy' || item.escalation_policy !== null;
  const { user } = useRouteContext({ from: '/app' });
  const { owner, operator } = item;
  const part = owner || operator ? partInItem(user, owner?.to, operator?.to) : null;
  return (
    <>
      <PageHead
        title={item.title || name}
        above={
          <Breadcrumbs separator="/" fz="sm" mb={2} component="nav" aria-label="Where this is">
            <Anchor component={Link} to="/estate" inherit>
              Estate
            </Anchor>
            <span>{kindWord(kind)}</span>
            <span>{name}</span>
          </Breadcrumbs>
        }
        meta={
          <div className={styles.badges}>
            {item.state && mapped && <ItemStateMark state={item.state} />}
            {item.criticality && <span>{words(item.criticality)}</span>}
            {item.team && <ItemLink item={item.team} />}
          </div>
        }
        actions={
          <>
            {mapped && (
              <Button
                variant="default"
                leftSection={<IconPlus size={14} />}
                renderRoot={(props) => (
                  <Link to="/incidents/new" search={{ item: item.item }} {...props} />
                )}
              >
                Report an incident
              </Button>
            )}
            {kind === 'servicecontract' && (
              <Button
                variant="default"
                leftSection={<IconContract size={14} />}
                renderRoot={(props) => <Link to="/contracts/$name" params={{ name }} {...props} />}
              >
                How it stands
              </Button>
            )}
            <Button
              variant="default"
              leftSection={item.may_edit ? <IconPencil size={14} /> : <IconFileText size={14} />}
              renderRoot={(props) => (
                <Link to="/estate/$kind/$name/edit" params={{ kind, name }} {...props} />
              )}
            >
              {item.may_edit ? 'Edit' : 'Document'}
            </Button>
          </>
        }
      />
      <KeptIn item={item} />
      {item.description && <p className={styles.lead}>{item.description}</p>}
      <div className={styles.columns}>
        <div className={styles.stack}>
          {promised.has(kind) && <StandingPanel item={item.item} />}
          {mapped && <OpenWork item={item} />}
          {mapped && <Relations item={item} />}
          {calling && <Calling item={item.item} />}
          {kind === 'person' && <Shifts name={name} />}
          {kind === 'person' && <LeaveCalendars name={name} />}
          {kind === 'person' && <Ways name={name} />}
          {kind === 'person' && <Devices name={name} />}
          <Panel title="Changes">
            {item.changes.length === 0 ? (
              <div className={styles.sub}>Not changed since it was made.</div>
            ) : (
              <Timeline entries={item.changes} />
            )}
          </Panel>
        </div>
        <div className={styles.stack}>
          <Panel title="Facts">
            <Facts
              rows={[
                ['Kind', kindWord(kind)],
                ['Name', <Code key="n">{name}</Code>],
                ['Criticality', item.criticality ? words(item.criticality) : null],
                ['Inherited', item.inherited?.because ?? null],
                ['Owner', item.owner ? <Because key="o" found={item.owner} /> : null],
                ['Operator', operator ? <Because key="p" found={operator} /> : null],
                ['Your part', part],
                [
                  'Calls',
                  item.escalation_policy ? (
                    <Because key="e" found={item.escalation_policy} />
                  ) : null,
                ],
                [
                  'Named by',
                  !mapped && item.mentioned_by.length > 0 ? (
                    <Mentions key="m" items={item.mentioned_by} />
                  ) : null,
                ],
                [
                  'Kept in',
                  item.managed_by === 'file' ? (item.file ?? 'Files') : 'This application',
                ],
                ...Object.entries(item.labels).map(([label, value]): [string, string] => [
                  label,
                  value,
                ]),
              ]}
            />
          </Panel>
          {released.has(kind) && <ReleasePanel item={item.item} />}
          <Panel title="Specification">
            <Spec spec={item.spec} />
          </Panel>
        </div>
      </div>
    </>
  );
}

function Mentions({ items }: { items: string[] }) {
  return (
    <ul className={styles.list}>
      {items.map((each) => (
        <li key={each}>
          <ItemLink item={each} />
        </li>
      ))}
    </ul>
  );
}

function Because({ found }: { found: Pick<Assigned, 'to' | 'because'> }) {
  return (
    <>
      <ItemLink item={found.to} />
      <div className={styles.sub}>{found.because}</div>
    </>
  );
}

/** Whether it goes on, looked at by somebody or not. */
const fires = ({ state }: { state: string }) => state === 'open' || state === 'acknowledged';

function OpenWork({ item }: { item: EstateItemDetail }) {
  const { alerts } = item;
  const open = item.incidents.filter((incident) => incident.phase !== 'done').length;
  const firing = alerts.filter(fires);
  return (
    <div className={styles.pair}>
      <Panel title="Incidents" count={open > 0 ? `${open} open` : undefined}>
        {item.incidents.length === 0 && <div className={styles.sub}>None.</div>}
        <ul className={styles.list}>
          {item.incidents.map((incident) => (
            <li key={incident.id}>
              <Link
                to="/incidents/$id"
                params={{ id: incident.id }}
                className={`${kit.rowLink} ${kit.cell}`}
              >
                #{incident.number} {incident.title}
              </Link>
              <PriorityBadge priority={incident.priority} />
              <StageBadge stage={incident.stage} phase={incident.phase} />
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Alerts" count={alerts.length > 0 ? `${firing.length} firing` : undefined}>
        {alerts.length === 0 && <div className={styles.sub}>None.</div>}
        <ul className={styles.list}>
          {[...firing, ...alerts.filter((alert) => !fires(alert))].map((alert) => (
            <li key={alert.id}>
              <Link
                to="/alerts/$id"
                params={{ id: alert.id }}
                className={`${kit.rowLink} ${kit.cell}`}
              >
                {alert.name}
              </Link>
              <SeverityMark severity={alert.severity} />
              <StateWord state={alert.state} />
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
