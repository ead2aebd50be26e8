import type { AlertHistory, AlertSpell } from '../../api';

/** A stretch of time in milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

const ms = (time: string) => Date.parse(time);

/** When an alert fired; what still fires goes on until now. */
export function firing(row: AlertHistory, now: number): Span[] {
  return row.spells.map((spell) => ({
    from: ms(spell.started_at),
    to: spell.ended_at ? ms(spell.ended_at) : now,
  }));
}

/** When somebody looked at it while it fired. */
export function lookedAt(row: AlertHistory, now: number): Span[] {
  return row.spells.flatMap((spell) => lookedAtIn(spell, now));
}

function lookedAtIn(spell: AlertSpell, now: number): Span[] {
  const end = spell.ended_at ? ms(spell.ended_at) : now;
  const spans: Span[] = [];
  let since: number | null = null;
  for (const change of spell.changes) {
    const begins = change.to === 'acknowledged' || change.to === 'acknowledged_in_incident';
    if (begins) since ??= ms(change.at);
    if (change.to === 'unacknowledged' && since !== null) {
      spans.push({ from: since, to: ms(change.at) });
      since = null;
    }
  }
  if (since !== null && since < end) spans.push({ from: since, to: end });
  return spans;
}

/** When silences held it back. */
export function silenced(row: AlertHistory): Span[] {
  return row.silenced.map((span) => ({ from: ms(span.from), to: ms(span.until) }));
}

/** Places on a strip, as shares of its width; what lies outside is cut off. */
export function placed(spans: Span[], shown: Span): { left: number; width: number }[] {
  const width = shown.to - shown.from;
  return spans
    .map((span) => ({
      from: Math.max(span.from, shown.from),
      to: Math.min(span.to, shown.to),
    }))
    .filter((span) => span.to >= span.from)
    .map((span) => ({
      left: (span.from - shown.from) / width,
      width: (span.to - span.from) / width,
    }));
}
