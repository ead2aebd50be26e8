import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { type CallingPreview, oncall } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { words } from '../../kit/words';
import { dated, browserZone, fromLocalInput, local, now } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './oncall.module.css';

const priorities = ['P1', 'P2', 'P3', 'P4', 'P5'] as const;

/** Whom an incident about something would call, when, and how. */
export function Calling({ item }: { item: string }) {
  const [priority, setPriority] = useState<(typeof priorities)[number]>('P1');
  const [wall, setWall] = useState(() => local(now()));
  const at = fromLocalInput(wall);
  const query = useQuery({
    ...oncall.preview({ item, priority, at: at ?? '' }),
    enabled: at !== null,
  });
  return (
    <Panel title="Who would be called">
      <div className={styles.choices}>
        <Select
          label="For"
          w={90}
          data={[...priorities]}
          value={priority}
          allowDeselect={false}
          onChange={(chosen) => chosen && setPriority(chosen)}
        />
        <TextInput
          label={`Opened at (${browserZone()})`}
          type="datetime-local"
          value={wall}
          onChange={(event) => setWall(event.currentTarget.value)}
        />
      </div>
      {at === null ? (
        <p className={styles.lead}>Choose a time.</p>
      ) : (
        <Loaded query={query} rows={3}>
          {(found) => <Steps found={found} />}
        </Loaded>
      )}
    </Panel>
  );
}

function Steps({ found }: { found: CallingPreview }) {
  return (
    <div className={styles.stack}>
      <div className={styles.lead}>
        <ItemLink item={found.policy} />: steps for {found.steps_for}
        <div className={styles.sub}>{found.because}</div>
      </div>
      {found.begin_at && (
        <p className={styles.lead} role="note">
          <b>Waits:</b> nobody is called before {dated(found.begin_at)}.
        </p>
      )}
      <ol className={styles.steps}>
        {found.steps.map((step, place) => (
          <li key={place}>
            {step.rotate && (
              <div className={styles.sub}>
                One of them in turn
                {step.next && (
                  <>
                    , next <ItemLink item={step.next} />
                  </>
                )}
                :
              </div>
            )}
            {step.calls.length === 0 && (
              <div className={styles.sub}>Nobody: the step is passed over.</div>
            )}
            <ul className={styles.plain}>
              {step.calls.map((call) => (
                <li key={`${call.person} ${call.channel} ${call.at}`}>
                  <time dateTime={call.at}>{dated(call.at)}</time>{' '}
                  <ItemLink item={call.person} title={call.title} /> by {words(call.channel)}
                </li>
              ))}
              {step.away.map((away) => (
                <li key={away.person} className={styles.sub}>
                  <ItemLink item={away.person} title={away.title} />{' '}
                  {away.called ? 'is away' : 'is left out: away'}
                  {away.until && <> until {dated(away.until)}</>} ({words(away.why)})
                  {away.called && ', and called all the same: nobody else is meant'}.
                </li>
              ))}
              {step.not_called.map((person) => (
                <li key={person} className={styles.sub}>
                  <ItemLink item={person} /> is not called: their own rules do not want it.
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
      <p className={styles.sub}>
        <End found={found} />
      </p>
    </div>
  );
}

/** What follows when nobody has answered in the first round. */
function End({ found }: { found: CallingPreview }) {
  const nobody = found.steps.every((step) => step.calls.length === 0);
  const times = found.repeat === 1 ? 'once' : `${found.repeat} times`;
  const again = found.repeat > 0 ? `, and it begins again, ${times}` : '';
  const after = nobody ? 'Meanwhile' : 'After that';
  return (
    <>
      {nobody ? (
        <>
          At {dated(found.over_at)} <b className={styles.bad}>nobody</b> can be called by it. It
          looks again every 15 minutes.{' '}
        </>
      ) : (
        `At ${dated(found.over_at)} everybody was called${again}. `
      )}
      {found.goes_on ? (
        <>
          {after} <ItemLink item={found.goes_on} /> goes on, the default policy.
        </>
      ) : (
        `${after} nobody else is called, as no other policy is the default one.`
      )}
      {!nobody && ' Then calling begins anew, after the minutes that the settings say.'}
    </>
  );
}
