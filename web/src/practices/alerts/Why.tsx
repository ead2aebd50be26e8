import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { type Alert, type AlertResponse, alerts, type Explanation } from '../../api';
import { PriorityBadge } from '../../kit/Badges';
import { ClassifyLink, ClassMark } from '../../kit/ClassMark';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName, classWord, count, stageWord } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import { Flow, Step } from './Flow';
import { NotTold } from './NotTold';
import { Calls, Told } from './Told';
import { TriedRoutes } from './TriedRoutes';
import styles from './why.module.css';

/** How often the way is read again: attempts to deliver are no history of the alert. */
const AGAIN_MS = 5000;

/** The way of an alert, from its source to everybody who was told, and what holds it back. */
export function Why({ alert }: { alert: Alert }) {
  const query = useQuery({ ...alerts.explanation(alert.id), refetchInterval: AGAIN_MS });
  return (
    <Panel title="Why it was told, or was not">
      <Loaded query={query} rows={8}>
        {(way) => <Way way={way} alert={alert} />}
      </Loaded>
    </Panel>
  );
}

function Way({ way, alert }: { way: Explanation; alert: Alert }) {
  const taking = way.routes.filter((route) => route.verdict === 'takes');
  return (
    <Flow label="The way of this alert">
      <Step icon="source" title="It came in">
        <p>
          Through{' '}
          <Link to="/alerts" search={{ source: way.source, state: 'all' }}>
            {way.source}
          </Link>
          {way.mapping_rule && (
            <>
              {' '}
              by the mapping rule <b>{way.mapping_rule}</b>
            </>
          )}
          , known {way.key ? 'by its key ' : 'by its labels, whose hash is '}
          <code>{way.key ?? way.fingerprint}</code>. Last heard <TimeAgo at={alert.last_seen} />.
        </p>
      </Step>
      <Step icon="item" title={way.item ? 'Its item was found' : 'No item was found'}>
        {way.item ? (
          <p>
            <ItemLink item={way.item} />
            {way.matched_by ? `, by ${way.matched_by.replaceAll('`', '')}` : ''}
          </p>
        ) : (
          <p>
            No match rule places it, so ownership calls nobody.{' '}
            <Link to="/settings/$part" params={{ part: 'rules' }} search={{ alert: alert.id }}>
              Make a rule
            </Link>
          </p>
        )}
      </Step>
      <Meant way={way} alert={alert} />
      <Incident way={way} />
      <Routes way={way} />
      {taking.length > 0 && <Groups taking={taking} />}
      <HeldBack way={way} />
      <Told way={way} />
      <NotTold way={way} />
      <Calls way={way} />
    </Flow>
  );
}

function Meant({ way, alert }: { way: Explanation; alert: Alert }) {
  const given = way.classification;
  if (!given) {
    return (
      <Step icon="meaning" title="No rule classifies it">
        <p>
          So its severity decides what is done. <ClassifyLink alert={alert.id} />
        </p>
      </Step>
    );
  }
  return (
    <Step icon="meaning" title={`Classified as ${classWord[given.class].toLowerCase()}`}>
      <p>
        <ClassMark given={given} /> by the rule{' '}
        <Link to="/settings/$part" params={{ part: 'classification' }}>
          {given.rule}
        </Link>
        . {done[given.response]}
      </p>
    </Step>
  );
}

const done = {
  record: 'It is only recorded: no receiver is told and no incident opens.',
  notify: 'Receivers are told as the routes say; no incident opens.',
  open_incident: 'It opens an incident, whatever its severity.',
  open_potential: 'It opens potential work, and nobody is called until it happens.',
} satisfies Record<AlertResponse, string>;

function Incident({ way }: { way: Explanation }) {
  const { opened } = way;
  return (
    <Step
      icon="incident"
      title={opened ? 'It belongs to an incident' : 'It belongs to no incident'}
    >
      {opened ? (
        <p className={styles.line}>
          <PriorityBadge priority={opened.priority} />
          <Link to="/incidents/$id" params={{ id: opened.id }}>
            #{opened.number} {opened.title}
          </Link>
          <span className={styles.sub}>
            {opened.potential ? 'Potential, ' : ''}
            {stageWord[opened.stage]}
          </span>
        </p>
      ) : (
        <p>
          {way.silences.length > 0
            ? 'A silence holds it back.'
            : 'None so far. Mild alerts, silenced ones and those in planned work open none, and then nobody is called.'}
        </p>
      )}
    </Step>
  );
}

function Routes({ way }: { way: Explanation }) {
  if (!way.routing_configured) {
    return (
      <Step icon="route" tone="warn" title="No routing configuration is set">
        <p>
          So no receiver is told by routes; people are called through the escalation policies of
          their incidents only. To tell receivers, write one on the page{' '}
          <Link to="/alerts/routing">Routing</Link>, or with <code>operate routing put</code>.
        </p>
      </Step>
    );
  }
  return (
    <Step icon="route" title={`${count(way.routes.length, 'route')} tried, from the root down`}>
      <TriedRoutes routes={way.routes} />
    </Step>
  );
}

function Groups({ taking }: { taking: Explanation['routes'] }) {
  return (
    <Step icon="group" title={taking.length === 1 ? 'Its group' : 'Its groups'}>
      <ul className={styles.list}>
        {taking.map((route) => (
          <li key={`${route.route} ${route.group_key ?? ''}`}>
            <code>{route.group_key}</code>
            <div className={styles.sub}>
              {route.group ? (
                <>
                  {count(route.group.alerts, 'alert')} told together to {route.receiver}; looked at
                  next <TimeAgo at={route.group.due_at} />
                </>
              ) : (
                'Not in a group now: it fires no longer, and that was told.'
              )}
            </div>
          </li>
        ))}
      </ul>
    </Step>
  );
}

const NEVER = '9999';

function HeldBack({ way }: { way: Explanation }) {
  const muted = way.routes.filter((route) => route.muted);
  const reasons = [way.silences, way.inhibited_by, muted, way.explained_by];
  const states = [way.planned, way.flapping, way.acknowledged_by, way.recorded_only];
  const free = reasons.every((one) => one.length === 0) && !states.some(Boolean);
  if (free) {
    return (
      <Step icon="free" tone="good" title="Nothing holds it back now">
        <p>
          No silence, no inhibition, no time interval, no planned work and no broken item below
          applies; nobody has acknowledged it.
        </p>
      </Step>
    );
  }
  return (
    <Step icon="held" tone="warn" title="Held back now">
      <ul className={styles.list}>
        {way.silences.map((silence) => (
          <li key={silence.id}>
            By the silence{' '}
            <Link to="/silences/$id" params={{ id: silence.id }}>
              {silence.matchers.join(', ')}
            </Link>
            {silence.until.startsWith(NEVER) ? (
              ', without an end'
            ) : (
              <>
                , which ends <TimeAgo at={silence.until} />
              </>
            )}
            <div className={styles.sub}>
              {silence.created_by}: {silence.comment}
            </div>
          </li>
        ))}
        {way.inhibitors.map((other) => (
          <li key={other.fingerprint}>
            By the alert{' '}
            <Link to="/alerts/$id" params={{ id: other.alert }}>
              {other.name}
            </Link>
            , for as long as that one fires
            <div className={styles.sub}>Inhibition: {other.summary}</div>
          </li>
        ))}
        {way.inhibitors.length === 0 && way.inhibited_by.length > 0 && (
          <li>By an inhibition rule, for as long as {way.inhibited_by.join(', ')} fires</li>
        )}
        {way.recorded_only && <li>Its rule only records it: no receiver is told</li>}
        {way.planned && (
          <li>
            By planned work, <ItemLink item={way.planned.window} />, which ends{' '}
            <TimeAgo at={way.planned.until} />
            <div className={styles.sub}>
              {way.planned.because}: {way.planned.reason}
            </div>
          </li>
        )}
        {way.acknowledged_by && (
          <li>{actorName(way.acknowledged_by)} acknowledged it: what was told is not repeated</li>
        )}
        {way.flapping && <li>It comes and goes: it is told again when it is quiet</li>}
        {way.explained_by.length > 0 && (
          <li>
            Since what its item depends on is broken, and that is told:{' '}
            {way.explained_by.map((item, place) => (
              <span key={item}>
                {place > 0 && ' → '}
                <ItemLink item={item} />
              </span>
            ))}
          </li>
        )}
        {muted.map((route) => (
          <li key={route.route}>
            {route.muted?.mute ? 'By the time interval ' : 'Outside of the time interval '}
            <b>{route.muted?.intervals.join(', ')}</b>, on the way to {route.receiver}
            {route.muted?.until ? (
              <>
                ; told again <TimeAgo at={route.muted.until} />
              </>
            ) : (
              '; no end can be foreseen'
            )}
          </li>
        ))}
      </ul>
    </Step>
  );
}
