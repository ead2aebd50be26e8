import { Button } from '@mantine/core';
import { IconUrgent } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';

import type { Incident, IncidentRow } from '../../api';
import { useSend } from '../../kit/command';
import kit from '../../kit/kit.module.css';
import { Refusal } from '../../kit/Refusal';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName } from '../../kit/words';
import styles from './incidents.module.css';
import type { PartProps } from './part';
import { PlacedCommand } from './PlacedCommand';

type Said = NonNullable<Incident['major']>;

/** What a mark says of a stage; nothing where it is none, or is one no longer. */
const marks: Partial<Record<Said['stage'], string>> = {
  proposed: 'Major?',
  declared: 'Major',
  stabilised: 'Major, stabilised',
};

/** That it is a major incident, or may be one, in a row of a list or among other marks. */
export function MajorMark({ incident }: { incident: Pick<IncidentRow, 'major'> }) {
  const stage = incident.major?.stage;
  const mark = stage && marks[stage];
  if (!mark) return null;
  return (
    <span
      className={`${kit.tag} ${stage === 'declared' ? styles.declared : kit.warning}`}
      title={incident.major?.because}
    >
      <IconUrgent size={13} aria-hidden />
      {mark}
    </span>
  );
}

/** What speaks for a major incident and what to do about it; once declared, who leads; and afterwards
 * what looking back at it came to. */
export function Major({ incident, send, can, here }: PartProps & { here?: boolean }) {
  const { major } = incident;
  const { run, pending, problem, reload } = useSend(send);
  if (!major || major.stage === 'dismissed') return null;
  if (major.stage === 'proposed' && !can('declare_major')) return null;
  return (
    <div className={styles.major} data-stage={major.stage} role="group" aria-label="Major incident">
      <div className={styles.nextText}>
        <Told major={major} />
        <Refusal problem={problem} reload={reload} />
      </div>
      <div className={styles.majorActions}>
        {major.stage === 'proposed' && (
          <Button loading={pending} onClick={() => void run({ command: 'declare_major' })}>
            Declare
          </Button>
        )}
        <PlacedCommand command={can('dismiss_major')} send={send} size="xs" />
        <PlacedCommand command={can('stabilise_major')} send={send} size="xs" />
        <PlacedCommand command={can('stand_down_major')} send={send} size="xs" />
        <PlacedCommand command={can('review_major')} send={send} size="xs" />
        {can('stand_down_major') && !here && <ToCommand incident={incident} />}
      </div>
    </div>
  );
}

function ToCommand({ incident }: { incident: Incident }) {
  return (
    <Button
      renderRoot={(props) => (
        <Link to="/incidents/$id/command" params={{ id: String(incident.number) }} {...props} />
      )}
    >
      Command view
    </Button>
  );
}

function Told({ major }: { major: Said }) {
  const by = actorName(major.by);
  switch (major.stage) {
    case 'proposed':
      return (
        <>
          <b>Proposed as a major incident:</b> {major.because}
        </>
      );
    case 'stood_down':
      return (
        <>
          <b>Was a major incident.</b> Stood down by {by}: {major.because}
        </>
      );
    case 'reviewed':
      return (
        <>
          <b>Was a major incident.</b> Reviewed by {by}: {major.because}
        </>
      );
    default:
      return <Declared major={major} />;
  }
}

function Declared({ major }: { major: Said }) {
  return (
    <>
      <b>
        Major incident since <TimeAgo at={major.declared_at ?? major.since} form="age" />
      </b>
      , {major.stage} by {actorName(major.by)}: {major.because}
      <div className={styles.sub}>
        {major.uncalled ? (
          <>Nobody answers for it: {major.uncalled}</>
        ) : major.answered_by && major.answered_at ? (
          <>
            {actorName(major.answered_by)} answered for the team <TimeAgo at={major.answered_at} />
          </>
        ) : (
          'The team is being called, nobody has answered yet'
        )}
      </div>
    </>
  );
}
