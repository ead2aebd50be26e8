import { MultiSelect } from '@mantine/core';

import { many } from './filter';
import { classWord, impactWord } from './words';

interface Props {
  value: string | undefined;
  set: (value: string) => void;
}

const classes = Object.entries(classWord).map(([value, label]) => ({ value, label }));
const impacts = Object.entries(impactWord).map(([value, label]) => ({ value, label }));

/** Which classes alerts are narrowed to; those that no rule fits count as one. */
export function ClassFilter({ value, set }: Props) {
  return (
    <MultiSelect
      size="xs"
      w={140}
      aria-label="Class"
      placeholder={value ? '' : 'Every class'}
      data={classes}
      value={many(value)}
      onChange={(values) => set(values.join(','))}
    />
  );
}

/** Which alerts, by what they put at risk. */
export function ImpactFilter({ value, set }: Props) {
  return (
    <MultiSelect
      size="xs"
      w={140}
      aria-label="What is at risk"
      placeholder={value ? '' : 'Any impact'}
      data={impacts}
      value={many(value)}
      onChange={(values) => set(values.join(','))}
    />
  );
}
