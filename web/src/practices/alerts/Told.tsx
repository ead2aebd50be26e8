import type { Explanation } from '../../api';
import { StateWord, type Tone } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName, count, words } from '../../kit/words';
import { absolute } from '../../ui/clock';
import { Step } from './Flow';
import { Reason } from './NotTold';
import styles from './why.module.css';

type Decided = Explanation['notifications'][number];
type Delivery = Decided['deliveries'][number];

const reasons: Record<string, string> = {
  first: 'the first of its group',
  changed: 'the group changed',
  repeat: 'said again after the repeat interval',
  resolved: 'the group is resolved',
  flapping: 'the group is flapping',
};

/** Every decision to tell a receiver, with every attempt to deliver it. */
export function Told({ way }: { way: Explanation }) {
  const told = way.notifications;
  if (told.length === 0) {
    return (
      <Step icon="told" title="No receiver was told">
        <p>
          {way.routing_configured
            ? 'Nothing was decided about its groups yet, or all of it was held back.'
            : 'Without a routing configuration there is no receiver.'}
        </p>
      </Step>
    );
  }
  const failed = told.some((one) => one.deliveries.at(-1)?.result === 'rejected');
  return (
    <Step
      icon="told"
      tone={failed ? 'bad' : 'good'}
      title={told.length === 1 ? 'Told once' : `Told ${told.length} times, the newest first`}
    >
      <ul className={styles.list}>
        {told.map((one) => (
          <li key={`${one.at} ${one.receiver}`}>
            <Decision one={one} />
          </li>
        ))}
      </ul>
    </Step>
  );
}

function Decision({ one }: { one: Decided }) {
  return (
    <>
      <div className={styles.line}>
        <b>{one.receiver}</b>
        <span>
          {one.told === 'held' ? 'not told of this alert' : `told that it is ${one.told}`},{' '}
          {reasons[one.reason] ?? one.reason}
        </span>
        <TimeAgo at={one.at} />
      </div>
      <div className={styles.sub}>
        {count(one.firing, 'alert')} firing, {one.resolved} resolved in group{' '}
        <code>{one.group_key}</code>
      </div>
      {one.held && (
        <div className={styles.sub}>
          Not told of this one: <Reason held={one.held} />
        </div>
      )}
      {one.digest_at ? (
        <div className={styles.sub}>
          Waits for the digest that is sent <TimeAgo at={one.digest_at} />
        </div>
      ) : (
        <Attempts deliveries={one.deliveries} />
      )}
    </>
  );
}

const resultTone: Record<string, Tone> = { delivered: 'good', failed: 'warn', rejected: 'bad' };
const resultWord: Record<string, string> = {
  delivered: 'Delivered',
  failed: 'Failed, tried again',
  rejected: 'Refused for good',
};

function Attempts({ deliveries }: { deliveries: Delivery[] }) {
  if (deliveries.length === 0) return <div className={styles.sub}>Waits to be delivered</div>;
  return (
    <ol className={styles.attempts} aria-label="Attempts to deliver">
      {deliveries.map((attempt) => (
        <li key={attempt.attempt}>
          <StateWord
            state={resultWord[attempt.result] ?? attempt.result}
            tone={resultTone[attempt.result] ?? 'none'}
          />
          <span>
            {took(attempt.took_milliseconds)}, {absolute(attempt.at)}
          </span>
          {attempt.detail && <span className={styles.answer}>{attempt.detail}</span>}
        </li>
      ))}
    </ol>
  );
}

function took(milliseconds: number): string {
  return milliseconds < 1000
    ? `after ${Math.max(1, Math.round(milliseconds))} ms`
    : `after ${(milliseconds / 1000).toFixed(1)} s`;
}

const stageTone: Record<string, Tone> = {
  ringing: 'warn',
  acknowledged: 'good',
  exhausted: 'bad',
  cancelled: 'none',
};
const callTone: Record<string, Tone> = {
  waiting: 'warn',
  held: 'warn',
  unreached: 'bad',
  delivered: 'good',
  failed: 'bad',
};

/** Who was called for the incident, person by person. */
export function Calls({ way }: { way: Explanation }) {
  if (way.pages.length === 0) {
    return (
      <Step icon="called" title="Nobody was called">
        <p>
          {way.opened
            ? 'No escalation policy covers the item, or the priority calls nobody.'
            : 'People are called for incidents, and there is none.'}
        </p>
      </Step>
    );
  }
  const open = way.pages.some((page) => page.stage === 'ringing');
  const calls = way.pages.flatMap((page) => page.calls);
  const lost =
    calls.length > 0 && calls.every((call) => ['failed', 'unreached'].includes(call.result));
  return (
    <Step
      icon="called"
      tone={lost ? 'bad' : open ? 'warn' : 'good'}
      title={lost ? 'People were to be called, and nobody was reached' : 'People were called'}
    >
      <ul className={styles.list}>
        {way.pages.map((page) => (
          <li key={page.id}>
            <div className={styles.line}>
              <ItemLink item={page.policy} />
              <StateWord state={page.stage} tone={stageTone[page.stage] ?? 'none'} />
              {page.acknowledged_by && page.acknowledged_at && (
                <span>
                  {actorName(page.acknowledged_by)}, <TimeAgo at={page.acknowledged_at} />
                </span>
              )}
              {page.stage === 'ringing' && page.next_step_at && (
                <span>
                  next person <TimeAgo at={page.next_step_at} />
                </span>
              )}
              {page.stage === 'exhausted' && page.next_step_at && (
                <span>
                  goes on <TimeAgo at={page.next_step_at} />
                </span>
              )}
            </div>
            <ul className={styles.list}>
              {page.calls.map((call) => (
                <li key={`${call.step} ${call.round} ${call.contact} ${call.target}`}>
                  <div className={styles.line}>
                    <ItemLink item={call.contact} />
                    <span>
                      {words(call.channel)} to {call.target}
                    </span>
                    <StateWord state={call.result} tone={callTone[call.result] ?? 'none'} />
                    <TimeAgo at={call.at} />
                  </div>
                  <Attempts deliveries={call.deliveries} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </Step>
  );
}
