import type { components } from '../api/generated';
import { words } from './words';

type Account = Pick<
  components['schemas']['Account'],
  'name' | 'person' | 'role' | 'scoped' | 'teams'
>;

/** What somebody is to an item: by the teams that own and operate it. */
export function partInItem(
  user: Account,
  owner: string | null | undefined,
  operator: string | null | undefined,
): string {
  const mine = (team: string | null | undefined) => !!team && user.teams.includes(team);
  if (mine(owner) && mine(operator)) return 'Your team owns and operates it';
  if (mine(owner)) return 'Your team owns it';
  if (mine(operator)) return 'Your team operates it';
  return bystander(user);
}

interface Charged {
  assignee?: string | null | undefined;
  team?: string | null | undefined;
  acknowledged_by?: string | null | undefined;
  roles: Record<string, string>;
  duties?: { to: string; because: string }[] | null | undefined;
}

/** What somebody is to an incident. */
export function partInIncident(user: Account, incident: Charged): string {
  const { assignee, team, acknowledged_by, roles, duties } = incident;
  const person = user.person ?? null;
  const duty = duties?.find(({ to }) => user.teams.includes(to));
  const inQueue = () => (duty ? `It is in the queue of your team, the ${duty.because}` : null);
  const parts = [
    person && assignee === person ? 'It is assigned to you' : null,
    ...Object.entries(roles).map(([role, who]) =>
      person && who === person ? `You are its ${words(role).toLowerCase()}` : null,
    ),
    acknowledged_by === `person:${user.name}` ? 'You acknowledged it' : null,
    team && user.teams.includes(team) ? 'Your team is charged with it' : inQueue(),
  ].filter((part) => part !== null);
  return parts.length > 0 ? parts.join('; ') : bystander(user);
}

function bystander(user: Account): string {
  if (user.role === 'viewer') return 'You can read it';
  return user.scoped ? 'You can read it; it belongs to none of your teams' : 'None; you may help';
}
