import type { Member } from '../../api';
import { count, itemName } from '../../kit/words';

export interface Arranged {
  /** What fires, behind the main alert, which stays in view though it has cleared. */
  firing: Member[];
  /** What is over: cleared, then taken out. */
  over: Member[];
  /** How many belong to the incident now. */
  here: number;
}

/** The alerts of an incident in the order in which they are looked at. */
export function arranged(members: readonly Member[]): Arranged {
  const here = members.filter((member) => !member.detached);
  const out = members.filter((member) => member.detached);
  const firing = here.filter((member) => member.primary || !member.cleared_at);
  const cleared = here.filter((member) => !firing.includes(member));
  return {
    firing: firing.sort((a, b) => Number(b.primary) - Number(a.primary)),
    over: [...cleared, ...out],
    here: here.length,
  };
}

/** `18 cleared alerts and 1 detached alert`. */
export function overText(over: readonly Member[]): string {
  const out = over.filter((member) => member.detached).length;
  const parts = [
    over.length > out ? count(over.length - out, 'cleared alert') : '',
    out > 0 ? count(out, 'detached alert') : '',
  ];
  return parts.filter(Boolean).join(' and ');
}

/** Why one alert stands first: its item is the main one, which need not have fired first. */
export function mainText({ item }: Member, because: string): string {
  const main = item ? `Main alert, on ${itemName(item)}` : 'Main alert';
  return because ? `${main}: ${because}` : main;
}
