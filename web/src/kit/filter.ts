/** Reading filters out of the address: only known names, only texts. */
import type { PeriodSearch } from './period';

/** Makes a validator that keeps the named search parameters when they are texts or numbers. */
export function only<const K extends string>(...names: K[]) {
  return (search: Record<string, unknown>): Partial<Record<K, string>> => {
    const kept: Partial<Record<K, string>> = {};
    for (const name of names) {
      const value = search[name];
      if (typeof value === 'string' && value !== '') kept[name] = value;
      else if (typeof value === 'number' || typeof value === 'boolean') kept[name] = String(value);
    }
    return kept;
  };
}

/** `P1,P2` → `['P1', 'P2']`. */
export function many(value: string | undefined): string[] {
  return value ? value.split(',').filter(Boolean) : [];
}

/** A filter with one name set, or left out when the value is empty. */
export function changed<S extends object>(before: S, name: keyof S & string, value: string | null) {
  const rest = Object.fromEntries(Object.entries(before).filter(([each]) => each !== name));
  return value ? { ...rest, [name]: value } : rest;
}

/** A filter without some of its names. */
export function without<S extends object>(before: S, ...names: (keyof S & string)[]): Partial<S> {
  const kept = Object.entries(before).filter(([name]) => !names.some((each) => each === name));
  return Object.fromEntries(kept) as Partial<S>;
}

/** A search with another period than before. */
export function withPeriod<S extends PeriodSearch>(before: S, { days, from, to }: PeriodSearch) {
  const named = from && to ? { from, to } : days ? { days } : {};
  return { ...without(before, 'days', 'from', 'to'), ...named };
}

const notFilters = ['view', 'item', 'direction', 'q', 'sort'];

/** How many filters are set, apart from search, order and what is selected. */
export function filterCount(search: object, besides = notFilters): number {
  return Object.entries(search).filter(([name, value]) => value && !besides.includes(name)).length;
}
