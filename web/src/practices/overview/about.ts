import type { JournalEntry, Overview } from '../../api';

/** What an entry is about, as far as it can be opened. */
export interface About {
  kind: 'incident' | 'alert' | 'item';
  id: string;
  /** Its name, where it is known. */
  name: string | null;
}

/** Says of each entry of the activity what it is about: a call and a clock are about an incident. */
export function aboutOf(data: Pick<Overview, 'activity' | 'incidents'>) {
  const { activity, incidents } = data;
  const bySeq = new Map(activity.map((entry) => [entry.seq, entry]));
  const names = new Map<string, string>();
  for (const { id, number, title, members } of incidents) {
    names.set(id, `#${number} ${title}`);
    for (const member of members) names.set(member.alert, member.title);
  }
  /** The incident that an entry names, or that it follows from. */
  const named = (entry: JournalEntry) => {
    const cause = typeof entry.cause === 'number' ? bySeq.get(entry.cause) : undefined;
    return incidentIn(entry) ?? (cause && incidentIn(cause));
  };
  const ofSubject = new Map<string, string>();
  for (const entry of activity) {
    const incident = named(entry);
    if (incident !== undefined) ofSubject.set(entry.subject, incident);
  }
  return (entry: JournalEntry): About | null => {
    const [kind, id] = parts(entry.subject);
    if (kind === 'item') return { kind, id, name: null };
    if (kind === 'incident' || kind === 'alert') return { kind, id, name: names.get(id) ?? null };
    const incident = ofSubject.get(entry.subject);
    if (incident === undefined) return null;
    return { kind: 'incident', id: incident, name: names.get(incident) ?? null };
  };
}

function incidentIn({ subject, data }: JournalEntry): string | undefined {
  const [kind, id] = parts(subject);
  if (kind === 'incident') return id;
  if (typeof data !== 'object' || data === null) return undefined;
  const incident: unknown = Reflect.get(data, 'incident');
  return typeof incident === 'string' ? incident : undefined;
}

function parts(subject: string): [kind: string, id: string] {
  const at = subject.indexOf(':');
  return [subject.slice(0, at), subject.slice(at + 1)];
}
