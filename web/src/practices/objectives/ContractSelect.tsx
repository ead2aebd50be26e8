import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { contracts } from '../../api';

interface Props {
  label: string;
  description: string;
  value: string | null;
  onChange: (name: string | null) => void;
}

/** One of the contracts, by its name; or none. */
export function ContractSelect({ label, description, value, onChange }: Props) {
  const rows = useQuery(contracts.list()).data?.items ?? [];
  const known = rows.map((row) => ({
    value: row.contract.replace(/^servicecontract\//, ''),
    label: row.title,
  }));
  const missing = value !== null && !known.some((each) => each.value === value);
  return (
    <Select
      label={label}
      description={description}
      clearable
      data={missing ? [{ value, label: value }, ...known] : known}
      value={value}
      onChange={onChange}
    />
  );
}
