import {
  IconBell,
  IconBellOff,
  IconBolt,
  IconCheck,
  IconCircleDot,
  IconEye,
  IconMessage,
  IconPencil,
  IconPhone,
  IconPlayerPause,
  IconRotate,
  IconUserCheck,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';

import type { JournalEntry } from '../api';
import type { Tone } from './Badges';
import styles from './kit.module.css';
import { TimeAgo } from './TimeAgo';
import { actorName, words } from './words';

const looks: [pattern: RegExp, icon: ReactNode, tone: Tone][] = [
  [/comment/, <IconMessage key="i" size={13} />, 'info'],
  [/acknowledged/, <IconUserCheck key="i" size={13} />, 'info'],
  [
    /(resolved|restored|closed|finished|task_done|delivered)/,
    <IconCheck key="i" size={13} />,
    'good',
  ],
  [/(cleared)/, <IconBellOff key="i" size={13} />, 'good'],
  [/(page|call|notified|ring)/, <IconPhone key="i" size={13} />, 'warn'],
  [/(fired|incident\.opened|alert\.opened|attached|member)/, <IconBell key="i" size={13} />, 'bad'],
  [/(reopen|returned)/, <IconRotate key="i" size={13} />, 'bad'],
  [/(hold)/, <IconPlayerPause key="i" size={13} />, 'warn'],
  [/(diagnos)/, <IconEye key="i" size={13} />, 'info'],
  [/(resolving|begun|ready)/, <IconBolt key="i" size={13} />, 'info'],
  [/(changed|edited|set|put)/, <IconPencil key="i" size={13} />, 'none'],
];

function look(kind: string): [ReactNode, Tone] {
  const found = looks.find(([pattern]) => pattern.test(kind));
  return found ? [found[1], found[2]] : [<IconCircleDot key="i" size={13} />, 'none'];
}

/** Entries that the server has no sentence for, since a timeline of an incident leaves them out. */
const bookkeeping: Record<string, string> = {
  'clocks.opened': 'Contract clocks are kept for the incident from now on',
  'clocks.calendar_taken': 'A contract clock begins to count in its working hours',
};

/** What happened, as a sentence; the server's own words when it gives them. */
export function entryTitle(entry: JournalEntry): string {
  const plain = bookkeeping[entry.kind];
  if (plain !== undefined) return plain;
  if (entry.title) return entry.title.charAt(0).toUpperCase() + entry.title.slice(1);
  const verb = entry.kind.slice(entry.kind.indexOf('.') + 1);
  return `${actorName(entry.actor)}: ${words(verb).toLowerCase()}`;
}

function note(entry: JournalEntry): string | null {
  const data = entry.data;
  if (typeof data !== 'object' || data === null) return null;
  for (const field of ['text', 'note', 'action', 'reason']) {
    const value: unknown = Reflect.get(data, field);
    if (typeof value === 'string' && value !== '' && !entryTitle(entry).includes(value)) {
      return value;
    }
  }
  return null;
}

/** Entries of the journal, newest first. */
export function Timeline({
  entries,
  about,
}: {
  entries: readonly JournalEntry[];
  /** Says what an entry is about, where entries of many records stand together. */
  about?: (entry: JournalEntry) => ReactNode;
}) {
  return (
    <ol className={styles.timeline}>
      {entries.map((entry) => {
        const [icon, tone] = look(entry.kind);
        const text = note(entry);
        const subject = about?.(entry);
        return (
          <li key={entry.seq} className={styles.entry}>
            <span className={styles.entryIcon} data-tone={tone} aria-hidden>
              {icon}
            </span>
            <div className={styles.entryText}>
              <div>{entryTitle(entry)}</div>
              <div className={styles.entrySub}>
                {actorName(entry.actor)}
                {subject && <> · {subject}</>}
              </div>
              {text !== null && <div className={styles.entryNote}>{text}</div>}
            </div>
            <div className={styles.entryTime}>
              <TimeAgo at={entry.at} />
            </div>
          </li>
        );
      })}
    </ol>
  );
}
