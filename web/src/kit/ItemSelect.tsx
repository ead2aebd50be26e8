import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { estate, oncall } from '../api';
import { shortly } from '../ui/clock';
import styles from './kit.module.css';
import { itemName, words } from './words';

interface Props {
  label: string;
  value: string | null;
  onChange: (item: string | null) => void;
  kind?: string;
  required?: boolean;
  disabled?: boolean;
  error?: string | undefined;
  description?: string | undefined;
  placeholder?: string;
  size?: string;
  hideLabel?: boolean;
  /** Whether it says of people who is on shift now, and who is away. */
  presence?: boolean;
}

/** Picks an item of the estate by typing part of its name. */
export function ItemSelect(props: Props) {
  const { kind, value, hideLabel = false, label, size = 'sm', presence = false, ...rest } = props;
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed, 150);
  const found = useQuery({
    ...estate.items({
      ...(kind ? { kind } : {}),
      ...(asked && asked !== value ? { q: asked.slice(asked.indexOf('/') + 1) } : {}),
    }),
    placeholderData: keepPreviousData,
  });
  const there = useQuery({ ...oncall.people(), enabled: presence });
  const notes = new Map(
    there.data?.items.map((one): [string, string] => [
      one.person,
      one.away
        ? `away${one.away_until ? ` until ${shortly(one.away_until)}` : ', nobody knows until when'}`
        : `on shift: ${one.on_call.map((schedule) => words(itemName(schedule))).join(', ')}`,
    ]),
  );
  const note = value ? notes.get(value) : undefined;
  const data = (found.data?.items ?? []).map((item) => ({
    value: item.item,
    label: kind ? item.title || itemName(item.item) : item.item,
  }));
  if (value && !data.some((option) => option.value === value)) {
    data.unshift({ value, label: kind ? itemName(value) : value });
  }
  return (
    <Select
      {...rest}
      description={
        [rest.description, note && `They are ${note}.`].filter(Boolean).join(' ') || undefined
      }
      renderOption={({ option }) => (
        <span>
          {option.label}
          {notes.has(option.value) && (
            <span className={styles.optionNote}> {notes.get(option.value)}</span>
          )}
        </span>
      )}
      {...(hideLabel ? { 'aria-label': label } : { label })}
      size={size}
      data={data}
      value={value}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': `Clear ${label}` }}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage={found.isPending ? 'Searching…' : 'Nothing of that name in the estate'}
      comboboxProps={{ withinPortal: true }}
    />
  );
}
