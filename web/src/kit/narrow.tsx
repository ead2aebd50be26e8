import { type ComboboxData, MultiSelect, Select } from '@mantine/core';

import { many } from './filter';
import { ItemSelect } from './ItemSelect';
import { periods } from './period';

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

interface PriorityProps {
  value: string | undefined;
  set: (priorities: string | null) => void;
}

/** Narrows to priorities, separated by commas in the address. */
export function PriorityFilter({ value, set }: PriorityProps) {
  return (
    <MultiSelect
      size="xs"
      w={170}
      aria-label="Priority"
      placeholder={value ? '' : 'Every priority'}
      data={['P1', 'P2', 'P3', 'P4', 'P5']}
      value={many(value)}
      onChange={(values) => set(values.join(',') || null)}
    />
  );
}

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
