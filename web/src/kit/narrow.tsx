import { type ComboboxData, MultiSelect, Select } from '@mantine/core';

import { many } from './filter';
import { ItemSelect } from './ItemSelect';
import { periods } from './period';
import { classWord, impactWord } from './words';

interface PeriodProps {
  /** The days that the address says; without, so many as is usual. */
  days: string | undefined;
  usual: number;
  /** A time that was linked to, which is none of the periods. */
  linked?: boolean;
  label?: string;
  /** Null is what is usual. */
  set: (days: string | null) => void;
}

/** Narrows to what happened in the last days. */
export function PeriodFilter({ days, usual, linked = false, label = 'Period', set }: PeriodProps) {
  return (
    <Select
      size="xs"
      w={150}
      aria-label={label}
      data={periods.map((period) => ({ value: String(period.days), label: period.label }))}
      value={linked ? null : (days ?? String(usual))}
      placeholder="As linked"
      allowDeselect={false}
      onChange={(value) => set(value === String(usual) ? null : value)}
    />
  );
}

interface ChoiceProps {
  label: string;
  /** What stands there while nothing is chosen; the label, if not said. */
  placeholder?: string;
  /** What the button that clears it is called. */
  clear?: string;
  data: ComboboxData;
  value: string | undefined;
  width?: number;
  set: (value: string | null) => void;
}

/** Narrows to one of a few. */
export function ChoiceFilter({
  label,
  placeholder = label,
  clear = `Clear ${label.toLowerCase()}`,
  data,
  value,
  width = 150,
  set,
}: ChoiceProps) {
  return (
    <Select
      size="xs"
      w={width}
      aria-label={label}
      placeholder={placeholder}
      data={data}
      value={value ?? null}
      onChange={set}
      clearable
      clearButtonProps={{ 'aria-label': clear }}
    />
  );
}

interface ManyProps {
  label: string;
  /** What stands there while nothing is chosen. */
  placeholder: string;
  data: ComboboxData;
  /** Separated by commas. */
  value: string | undefined;
  width?: number;
  set: (values: string | null) => void;
}

/** Narrows to several of a few, separated by commas in the address. */
export function ManyFilter({ label, placeholder, data, value, width = 140, set }: ManyProps) {
  return (
    <MultiSelect
      size="xs"
      w={width}
      aria-label={label}
      placeholder={value ? '' : placeholder}
      data={data}
      value={many(value)}
      onChange={(values) => set(values.join(',') || null)}
    />
  );
}

type Some = Pick<ManyProps, 'value' | 'set'>;
const priorities = ['P1', 'P2', 'P3', 'P4', 'P5'];
const classes = Object.entries(classWord).map(([value, label]) => ({ value, label }));
const impacts = Object.entries(impactWord).map(([value, label]) => ({ value, label }));

/** Narrows to priorities. */
export const PriorityFilter = (some: Some) => (
  <ManyFilter
    label="Priority"
    placeholder="Every priority"
    width={170}
    data={priorities}
    {...some}
  />
);

/** Narrows alerts to classes; those that no rule fits count as one. */
export const ClassFilter = (some: Some) => (
  <ManyFilter label="Class" placeholder="Every class" data={classes} {...some} />
);

/** Narrows alerts to what they put at risk. */
export const ImpactFilter = (some: Some) => (
  <ManyFilter label="What is at risk" placeholder="Any impact" data={impacts} {...some} />
);

const narrows = {
  item: { label: 'Item', placeholder: 'Every item' },
  team: { label: 'Team', placeholder: 'Every team', kind: 'team' },
  queue: { label: 'Queue of', placeholder: 'Every queue', kind: 'team' },
  person: { label: 'Person', placeholder: 'Everybody', kind: 'person' },
};

interface ItemProps {
  of: keyof typeof narrows;
  value: string | undefined;
  width?: number;
  placeholder?: string | undefined;
  set: (item: string | null) => void;
}

/** Narrows to an item of the estate, a team, the queue of a team or a person. */
export function ItemFilter({ of, value, width = 180, placeholder, set }: ItemProps) {
  const narrow = narrows[of];
  return (
    <div style={{ width }}>
      <ItemSelect
        hideLabel
        size="xs"
        {...narrow}
        placeholder={placeholder ?? narrow.placeholder}
        value={value ?? null}
        onChange={set}
      />
    </div>
  );
}
