import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { alerts } from '../../api';
import type { AlertSearch } from './AlertFilters';

const usual = [
  { value: 'name', label: 'Name' },
  { value: 'item', label: 'Item' },
  { value: 'team', label: 'Team' },
  { value: 'severity', label: 'Severity' },
  { value: 'source', label: 'Source' },
];

const LABEL = 'label:';
/** Labels that the usual groups stand for already. */
const known = ['alertname', 'severity', 'source', 'item'];

interface Props {
  search: AlertSearch;
  set: (value: string | null) => void;
}

/** What the alerts are put together by: the usual, and the labels that alerts of now have. */
export function GroupBy({ search, set }: Props) {
  const found = useQuery(alerts.labelNames());
  const labels = useMemo(() => {
    const names = new Set(found.data ?? []);
    if (search.by?.startsWith(LABEL)) names.add(search.by.slice(LABEL.length));
    return [...names]
      .filter((name) => !known.includes(name))
      .map((name) => ({ value: `${LABEL}${name}`, label: name }));
  }, [found.data, search.by]);
  return (
    <Select
      size="xs"
      w={150}
      aria-label="Group by"
      placeholder="Group by"
      data={[
        { group: 'Group by', items: usual },
        { group: 'A label', items: labels },
      ]}
      value={search.by ?? null}
      onChange={set}
      searchable
      clearable
      disabled={search.state === 'closed'}
      clearButtonProps={{ 'aria-label': 'Do not group' }}
    />
  );
}
