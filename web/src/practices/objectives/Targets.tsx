import { Anchor, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, useState } from 'react';

import { objectives, type TargetHeld } from '../../api';
import type { CommandBody } from '../../kit/command';
import { CommandDialog } from '../../kit/CommandDialog';
import { Loaded } from '../../kit/QueryState';
import { actorName } from '../../kit/words';
import { absolute } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import { windowText } from './figures';
import styles from './objectives.module.css';

/** Each change of the target: when, by whom, what was decided and why, and what is improved. */
export function Targets({ name }: { name: string }) {
  const query = useQuery(objectives.targets(name));
  const [about, setAbout] = useState<TargetHeld | null>(null);
  return (
    <Panel title="Targets and why">
      <Loaded query={query} rows={2}>
        {(found) => (
          <ol className={styles.targets} aria-label="Targets of this objective">
            {found.items.map((held) => (
              <Held key={held.from} held={held} explain={() => setAbout(held)} />
            ))}
          </ol>
        )}
      </Loaded>
      {about && <Explain name={name} held={about} close={() => setAbout(null)} />}
    </Panel>
  );
}

function Held({ held, explain }: { held: TargetHeld; explain: () => void }) {
  const said = held.decided !== '' || held.reason !== '';
  return (
    <li>
      <div>
        <b>{String(held.target)} %</b> over {windowText(held.window)}
      </div>
      <div className={styles.sub}>
        since {absolute(held.from)}
        {held.until ? ` until ${absolute(held.until)}` : ''}
        {held.by ? `, by ${actorName(held.by)}` : ''}
      </div>
      {held.decided && <div>{held.decided}</div>}
      {held.reason && <div>{held.reason}</div>}
      {!said && <div className={styles.sub}>No reason given.</div>}
      {held.improvements.length > 0 && (
        <ul aria-label="Improvements">
          {held.improvements.map((improvement) => (
            <li key={improvement.link}>
              {improvement.incident ? (
                <Link to="/incidents/$id" params={{ id: improvement.incident }}>
                  {improvement.title}
                </Link>
              ) : (
                <Anchor href={improvement.link} rel="noreferrer" inherit>
                  {improvement.title}
                </Anchor>
              )}
            </li>
          ))}
        </ul>
      )}
      <Button size="compact-xs" variant="default" onClick={explain}>
        {said ? 'Change what is said' : 'Say why'}
      </Button>
    </li>
  );
}

const command = {
  command: 'explain',
  label: 'Say why',
  help: 'What was decided about this target, and why. It is kept with the target.',
  fields: [
    { name: 'decided', kind: 'text', required: false, label: 'What was decided' },
    { name: 'reason', kind: 'longtext', required: true, label: 'Reason' },
    {
      name: 'improvements',
      kind: 'text',
      required: false,
      label: 'Improvements (https://… or #12)',
    },
  ],
};

function Explain({ name, held, close }: { name: string; held: TargetHeld; close: () => void }) {
  const send = useCallback(
    (said: CommandBody) => {
      const text = (field: string) => {
        const value = said[field];
        return typeof value === 'string' ? value : '';
      };
      const improvements = text('improvements').split(/\s+/).filter(Boolean);
      const decision = { decided: text('decided'), reason: text('reason'), improvements };
      return objectives.explainTarget(name, held.from, decision);
    },
    [name, held.from],
  );
  const initial = {
    decided: held.decided,
    reason: held.reason,
    improvements: held.improvements.map((improvement) => improvement.link).join(' '),
  };
  return <CommandDialog command={command} send={send} close={close} initial={initial} />;
}
