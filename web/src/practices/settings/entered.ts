/** What was written in; a field that was emptied again says nothing, and forgets nothing. */
export const entered = (written: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(written).filter(([, value]) => value !== ''));
