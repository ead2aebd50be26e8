import { type ComboboxData, MultiSelect, Select, TextInput } from '@mantine/core';
import { useState } from 'react';

import { many } from './filter';
import { ItemSelect } from './ItemSelect';
import { dayOf, midnight, periods, type PeriodSearch, spanOf } from './period';
import { classWord, impactWord } from './words';

interface PeriodProps {
  /** What the address says; without, so many days as are usual. */
  search: PeriodSearch;
  usual: number;
  label?: string;
  /** Everything that the address is to say of the period. */
  set: (period: PeriodSearch) => void;
}

/** Narrows to what happened in the last days, or from one day to another. */
export function PeriodFilter({ search, usual, label = 'Period', set }: PeriodProps) {
  const named = search.from && search.to ? { from: search.from, to: search.to } : null;
  const days = periods.map((period) => ({ value: String(period.days), label: period.label }));
  return (
    <>
      <Select
        size="xs"
        w={150}
        aria-label={label}
        data={[...days, { value: BY_DAYS, label: 'From day to day' }]}
        value={named ? BY_DAYS : (search.days ?? String(usual))}
        allowDeselect={false}
        onChange={(value) => {
          if (value === BY_DAYS) set(spanOf(search, usual));
          else set(value && value !== String(usual) ? { days: value } : {});
        }}
      />
      {named && (
        <>
          <DayField
            label="First day"
            value={named.from}
            set={(from) => from && set({ ...named, from })}
          />
          <DayField
            label="Last day"
            end
            value={named.to}
            set={(to) => to && set({ ...named, to })}
          />
        </>
      )}
    </>
  );
}

const BY_DAYS = 'days';

interface DayProps {
  label: string;
  /** The time that the day begins at. */
  value: string | undefined;
  /** The time that it ends at, instead. */
  end?: boolean;
  /** Null is no day. */
  set: (time: string | null) => void;
}

/** Narrows to what is not before the beginning, or not after the end of a day. */
export function DayField({ label, value, end = false, set }: DayProps) {
  // A day ends where the next one begins.
  const day = value ? dayOf(Date.parse(value) - (end ? 1 : 0)) : '';
  const [typed, setTyped] = useState(day);
  const [seen, setSeen] = useState(day);
  if (day !== seen) {
    setSeen(day);
    setTyped(day);
  }
  return (
    <TextInput
      type="date"
      size="xs"
      w={132}
      aria-label={label}
      title={label}
      value={typed}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setTyped(next);
        const time = midnight(next, end ? 1 : 0);
        if (time !== null || next === '') set(time);
      }}
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
