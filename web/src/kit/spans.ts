const units: [string, number][] = [
  ['d', 24 * 60],
  ['h', 60],
  ['min', 1],
];

/** Minutes as people write them, exactly: `1 d 4 h 30 min`. */
export function minutesText(minutes: number): string {
  let left = minutes;
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const whole = Math.floor(left / size);
    if (whole > 0) parts.push(`${whole} ${unit}`);
    left -= whole * size;
  }
  return parts.join(' ') || '0 min';
}

/** The minutes that somebody wrote: `90`, `1h 30m`, `2 d`; null where they cannot be read. */
export function readMinutes(text: string): number | null {
  const plain = text.trim().toLowerCase();
  if (/^\d{1,7}$/.test(plain)) return Number(plain);
  if (!/^(\d{1,7}\s*(d|h|m|min)\s*)+$/.test(plain)) return null;
  let minutes = 0;
  for (const [, number, unit] of plain.matchAll(/(\d+)\s*(d|h|min|m)/g)) {
    minutes += Number(number) * (unit === 'd' ? 24 * 60 : unit === 'h' ? 60 : 1);
  }
  return minutes;
}
