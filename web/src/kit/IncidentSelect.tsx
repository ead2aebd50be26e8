import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { incidents } from '../api';

interface Props {
  label: string;
  value: string | null;
  onChange: (id: string | null) => void;
  required: boolean;
  error: string | undefined;
}

/** Picks an open incident by number or title. */
export function IncidentSelect({ label, value, onChange, required, error }: Props) {
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed.startsWith('#') ? '' : typed, 150);
  const found = useInfiniteQuery(
    incidents.list({ open: 'true', sort: '-opened_at', ...(asked ? { q: asked } : {}) }),
  );
  const rows = found.data?.pages[0]?.items.slice(0, 30) ?? [];
  return (
    <Select
      label={label}
      required={required}
      error={error}
      data={rows.map((row) => ({ value: row.id, label: `#${row.number} ${row.title}` }))}
      value={value}
      onChange={onChange}
      searchable
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage={found.isPending ? 'Searching…' : 'No open incident of that name'}
    />
  );
}
