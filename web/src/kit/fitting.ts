/** What a table needs to know of a column to find room for it. */
interface Room {
  /** A CSS grid track: a width in pixels, or a share of what is left. */
  track: string;
  /** Whether it may go where there is little room. */
  spare?: boolean;
}

/** Pixels between columns, beside the outer ones, and that a column with a share needs. */
const GAP = 12;
const EDGE = 14;
const SHARE = 120;

/**
 * The columns that have room in so many pixels: all of them, else without spare ones, of which the
 * last go first; null when that is not enough and rows have to become cards.
 */
export function fitting<C extends Room>(columns: C[], width: number): C[] | null {
  let left = columns;
  while (needed(left) > width) {
    const place = left.findLastIndex((column) => column.spare);
    if (place < 0) return null;
    left = left.filter((_, other) => other !== place);
  }
  return left;
}

function needed(columns: Room[]): number {
  const widths = columns.map(({ track }) => (track.endsWith('px') ? parseFloat(track) : SHARE));
  return widths.reduce((sum, each) => sum + each + GAP, 2 * EDGE - GAP);
}
