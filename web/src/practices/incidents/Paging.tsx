import { useQuery } from '@tanstack/react-query';

import { type Incident, incidents, oncall, type Page } from '../../api';
import { StateWord, type Tone } from '../../kit/Badges';
import { CommandBar } from '../../kit/CommandBar';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName, count, words } from '../../kit/words';
import { absolute } from '../../ui/clock';
import { Fold } from '../../ui/Fold';
import { Panel } from '../../ui/Panel';
import styles from './incidents.module.css';

const stageTone: Record<Page['stage'], Tone> = {
  ringing: 'warn',
  acknowledged: 'good',
  exhausted: 'bad',
  cancelled: 'none',
};
const resultTone: Record<string, Tone> = {
  waiting: 'warn',
  held: 'warn',
  unreached: 'bad',
  delivered: 'good',
  failed: 'bad',
};

/** The newest calls of a page; a page that nobody answers goes round and round. */
const CALLS = 4;

/** Who was called, when, and what came of each call: the newest first. */
export function Paging({ incident }: { incident: Incident }) {
  const query = useQuery(incidents.pages(incident.id));
  return (
    <Panel title="Paging">
      <Loaded query={query} rows={2}>
        {(pages) =>
          pages.items.length === 0 ? (
            <div className={styles.sub}>
              Nobody was called. No escalation policy covers this item, or nobody was needed.
            </div>
          ) : (
            <>
              {pages.items.map((page) => (
                <OnePage key={page.id} page={page} />
              ))}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

function OnePage({ page }: { page: Page }) {
  return (
    <div className={styles.page}>
      <div className={styles.callTop} style={{ fontSize: 13 }}>
        <span>
          {page.meant_for === 'major' && <b>Team for major incidents: </b>}
          {page.policy ? <ItemLink item={page.policy} /> : 'No policy'}
        </span>
        <StateWord state={page.stage} tone={stageTone[page.stage]} />
      </div>
      {page.held_until && (
        <div className={styles.sub} role="note">
          Can wait: nobody is called before {absolute(page.held_until)} (
          <TimeAgo at={page.held_until} />)
        </div>
      )}
      {page.stage === 'ringing' && page.next_step_at && !page.held_until && (
        <div className={styles.sub}>
          Next person <TimeAgo at={page.next_step_at} />
        </div>
      )}
      {page.stage === 'exhausted' && page.next_step_at && (
        <div className={styles.sub}>
          {page.calls.length > 0 ? 'Calls again' : 'Nobody to call; looks again'}{' '}
          <TimeAgo at={page.next_step_at} /> unless somebody answers
        </div>
      )}
      {page.acknowledged_by && page.acknowledged_at && (
        <div className={styles.sub}>
          {actorName(page.acknowledged_by)}, <TimeAgo at={page.acknowledged_at} />
        </div>
      )}
      {page.rings_again && (
        <div className={styles.sub}>
          {page.rings_again.snoozed_by
            ? `Snoozed by ${actorName(page.rings_again.snoozed_by)}, rings again `
            : 'Unless something is done, rings again '}
          <TimeAgo at={page.rings_again.at} />
        </div>
      )}
      {page.handover && (
        <div className={styles.sub}>
          Handed over to <ItemLink item={page.handover.to} /> by {actorName(page.handover.by)}:{' '}
          {page.handover.reason}. To be accepted <TimeAgo at={page.handover.until} />
        </div>
      )}
      <Fold
        items={[...page.calls].reverse()}
        first={CALLS}
        more={`Show all ${count(page.calls.length, 'call')}`}
        less={`Show the newest ${CALLS}`}
      >
        {(calls) => (
          <ul className={styles.calls}>
            {calls.map((call) => (
              <li key={`${call.message}-${call.step}-${call.round}`}>
                <div className={styles.callTop}>
                  <ItemLink item={call.contact} />
                  <StateWord state={call.result} tone={resultTone[call.result] ?? 'none'} />
                </div>
                <div className={styles.sub}>
                  {words(call.channel)} to {call.target} · <TimeAgo at={call.at} />
                  {call.purpose === 'hand_over' ? ' · to hand it over' : ''}
                  {call.purpose === 'kept' ? ' · told that nobody accepted' : ''}
                  {call.attempts > 1 ? ` · ${call.attempts} attempts` : ''}
                  {call.round > 0 ? ` · round ${call.round + 1}` : ''}
                </div>
                {call.detail && <div className={styles.sub}>{call.detail}</div>}
              </li>
            ))}
          </ul>
        )}
      </Fold>
      {page.allowed.length > 0 && (
        <CommandBar
          allowed={page.allowed}
          buttons={2}
          send={(body) => oncall.command(page.id, body)}
        />
      )}
    </div>
  );
}
