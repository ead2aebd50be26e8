import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { estate } from '../api';
import { itemName } from './words';

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
}

/** Picks an item of the estate by typing part of its name. */
export function ItemSelect({ kind, value, hideLabel = false, label, size = 'sm', ...rest }: Props) {
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed, 150);
  const found = useQuery({
    ...estate.items({
      ...(kind ? { kind } : {}),
      ...(asked && asked !== value ? { q: asked.slice(asked.indexOf('/') + 1) } : {}),
    }),
    placeholderData: keepPreviousData,
  });
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
