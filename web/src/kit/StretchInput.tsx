import { SimpleGrid, TextInput } from '@mantine/core';

import { browserZone } from '../ui/clock';

/** From when until when, as the fields hold it: wall times of the browser's zone. */
export interface Stretch {
  begin: string;
  end: string;
}

interface Props {
  value: Stretch;
  onChange: (value: Stretch) => void;
}

/** Asks from when until when, and says in which zone. */
export function StretchInput({ value, onChange }: Props) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      <TextInput
        label="From"
        description={browserZone()}
        type="datetime-local"
        required
        value={value.begin}
        onChange={(event) => onChange({ ...value, begin: event.currentTarget.value })}
      />
      <TextInput
        label="Until"
        description={browserZone()}
        type="datetime-local"
        required
        value={value.end}
        onChange={(event) => onChange({ ...value, end: event.currentTarget.value })}
      />
    </SimpleGrid>
  );
}
