import type { BudgetState, ObjectiveRow } from '../../api';
import type { Tone } from '../../kit/Badges';
import { duration } from '../../ui/clock';

export const stateTone = {
  healthy: 'good',
  caution: 'warn',
  slow: 'warn',
  freeze: 'bad',
  unknown: 'none',
} satisfies Record<BudgetState, Tone>;

/** What the policy says of changes. */
export const stateMeaning = {
  healthy: 'Changes go out as usual.',
  caution: 'Changes are looked at closer.',
  slow: 'Only changes for reliability and emergencies go out.',
  freeze: 'Nothing goes out but what mends: the agreed state is left.',
  unknown: 'Nothing was counted yet.',
} satisfies Record<BudgetState, string>;

/** A share as people write it: `99.95 %`. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return '–';
  const value = share * 100;
  const near = Math.min(Math.abs(value), Math.abs(100 - value));
  // What is not all is never written as 100 %.
  const places =
    near < 1e-9 || near >= 10 ? 1 : near >= 0.1 ? 2 : Math.max(3, Math.ceil(-Math.log10(near)));
  return `${String(Number(value.toFixed(places)))} %`;
}

/** A share of a budget in whole percent. */
export function left(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : `${String(Math.round(share * 100))} %`;
}

/** How many times too fast. */
export function burn(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : `${value.toFixed(1)}×`;
}

/** A window as a word or a length. */
export function windowText(window: string): string {
  return (
    { week: 'a week', month: 'a month', quarter: 'a quarter', year: 'a year' }[window] ?? window
  );
}

/** What was counted, in events or in time. */
export function amount(row: Pick<ObjectiveRow, 'counts_time'>, value: number): string {
  return row.counts_time ? duration(value) : Math.round(value).toLocaleString('en-GB');
}

/** The stretches of a series of which little is known, joined where they touch. */
export function unknownSpans(
  points: { from: string; until: string; unknown_share: number }[],
): [number, number][] {
  const spans: [number, number][] = [];
  for (const point of points) {
    if (point.unknown_share < 0.5) continue;
    const [from, until] = [Date.parse(point.from), Date.parse(point.until)];
    const last = spans.at(-1);
    if (last?.[1] === from) last[1] = until;
    else spans.push([from, until]);
  }
  return spans;
}

/** The target from step to step of a chart: as it held at its beginning, then each change. */
export function targetSteps(
  held: { from: string; target: number }[],
  points: { from: string; until: string }[],
): [at: number, value: number][] {
  const [first, last] = [points.at(0), points.at(-1)];
  if (!first || !last) return [];
  const [begin, end] = [Date.parse(first.from), Date.parse(last.until)];
  const ordered = [...held]
    .map(({ from, target }) => ({ at: Date.parse(from), share: target / 100 }))
    .sort((a, b) => a.at - b.at);
  const before = ordered.filter(({ at }) => at <= begin).at(-1) ?? ordered.at(0);
  if (!before) return [];
  const within = ordered.filter(({ at }) => at > begin && at <= end && at !== before.at);
  const steps = [{ at: begin, share: before.share }, ...within];
  const newest = steps.at(-1) ?? before;
  return [...steps, { at: end, share: newest.share }].map(({ at, share }) => [at, share]);
}
