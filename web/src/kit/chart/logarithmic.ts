/** The range of a logarithmic axis of seconds: from 1 s, or lower where something was faster. */
export function logRange(values: readonly (number | null)[]): { min: number; max?: number } {
  const known = values.filter((value) => value !== null);
  const min = known.some((value) => value < 1) ? 0.1 : 1;
  // A range must rise: without room above the axis would stand on its head.
  return known.every((value) => value <= 10) ? { min, max: 10 } : { min };
}
