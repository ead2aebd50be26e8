import { Checkbox } from '@mantine/core';
import { useMemo, useState } from 'react';

/** Which rows are chosen. */
export interface Picking {
  picked: ReadonlySet<string>;
  toggle: (id: string) => void;
  clear: () => void;
}

/** Nothing chosen yet; forgotten with the list. */
export function usePicking(): Picking {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  return useMemo(
    () => ({
      picked,
      toggle: (id) =>
        setPicked((before) => {
          const after = new Set(before);
          if (!after.delete(id)) after.add(id);
          return after;
        }),
      clear: () => setPicked(new Set()),
    }),
    [picked],
  );
}

interface Props {
  picking: Picking;
  id: string;
  name: string;
}

/** The box that chooses a row. */
export function Pick({ picking, id, name }: Props) {
  return (
    <Checkbox
      size="xs"
      aria-label={`Choose ${name}`}
      checked={picking.picked.has(id)}
      onChange={() => picking.toggle(id)}
    />
  );
}
