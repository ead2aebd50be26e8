import { useCallback } from 'react';

import { type Allowed, type Incident, incidents } from '../../api';
import type { CommandBody } from '../../kit/command';

/** Commands that stand beside what they change, instead of in the bar at the top. */
const placed = new Set([
  'comment',
  'detach',
  'finish_task',
  'add_task',
  'link',
  'set_role',
  'set_time',
  'set_affected',
  'set_impact',
  'set_urgency',
  'override_priority',
  'set_service',
  'confirm_by_consumer',
  'set_parent',
  'dismiss_major',
  'stabilise_major',
  'stand_down_major',
  'review_major',
]);

export interface PartProps {
  incident: Incident;
  send: (body: CommandBody) => Promise<unknown>;
  /** The command when it is allowed now. */
  can: (command: string) => Allowed | undefined;
}

/** What the parts of a page about an incident need of it. */
export function usePart(incident: Incident): PartProps {
  const { id, version, allowed } = incident;
  const send = useCallback(
    (body: CommandBody) => {
      const asked = allowed.find((each) => each.command === body.command);
      return incidents.command(id, asked?.overwrites === false ? undefined : version, body);
    },
    [id, version, allowed],
  );
  const can = (command: string) => allowed.find((each) => each.command === command);
  return { incident, send, can };
}

/** What the form of a command begins with. */
export function initial(incident: Incident, command: string): Record<string, string> {
  return command === 'edit' ? { title: incident.title, description: incident.description } : {};
}

/** The commands for the bar at the top: what is proposed is declared beside what speaks for it. */
export function inBar({ allowed, major }: Incident): Allowed[] {
  const beside = (command: string) =>
    placed.has(command) || (command === 'declare_major' && major?.stage === 'proposed');
  return allowed.filter((each) => !beside(each.command));
}
