import { Button, SegmentedControl, Select } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { estate } from '../../api';
import { changed, filterCount } from '../../kit/filter';
import { ChoiceFilter, ItemFilter } from '../../kit/narrow';
import { kindWord } from '../../kit/ItemLink';
import { SearchBox } from '../../kit/SearchBox';
import { FilterBar } from '../../ui/FilterBar';
import { PageHead } from '../../ui/PageHead';
import { EstateList } from './EstateList';
import { EstateMap } from './EstateMap';

export interface EstateSearch {
  view?: string;
  kind?: string;
  team?: string;
  department?: string;
  q?: string;
  item?: string;
  direction?: string;
}

/** Kinds that stand on the map, from what customers see to what it runs on. */
export const graphKinds = [
  'product',
  'usecase',
  'service',
  'component',
  'site',
  'supplier',
] as const;
const otherKinds = [
  'team',
  'person',
  'escalationpolicy',
  'schedule',
  'absence',
  'shiftoverride',
  'servicecontract',
  'objective',
  'calendar',
  'datasource',
  'route',
  'maintenancewindow',
  'freeze',
] as const;

/** Everything that is operated, and what depends on what. */
export function EstatePage() {
  const search: EstateSearch = useSearch({ from: '/app/estate' });
  const [narrow] = useState(() => window.innerWidth < 768);
  const view = search.view ?? (narrow ? 'list' : 'map');
  return (
    <>
      <PageHead
        title="Estate"
        actions={
          <Button
            variant="default"
            leftSection={<IconPlus size={14} />}
            renderRoot={(props) => <Link to="/estate/new" {...props} />}
          >
            Add an item
          </Button>
        }
      />
      <Filters search={search} view={view} />
      {view === 'map' ? <EstateMap search={search} /> : <EstateList search={search} />}
    </>
  );
}

/** The parts of the organisation that use cases and products name. */
function Departments({
  value,
  set,
}: {
  value: string | undefined;
  set: (value: string | null) => void;
}) {
  const usecases = useQuery(estate.items({ kind: 'usecase', limit: 200 })).data;
  const products = useQuery(estate.items({ kind: 'product', limit: 200 })).data;
  const rows = [...(usecases?.items ?? []), ...(products?.items ?? [])];
  const named = [...rows.map((row) => row.department), value].filter(
    (name): name is string => !!name,
  );
  return (
    <Select
      size="xs"
      w={160}
      aria-label="Department"
      placeholder="Every department"
      data={[...new Set(named)].sort()}
      value={value ?? null}
      onChange={set}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Clear department' }}
    />
  );
}

function Filters({ search, view }: { search: EstateSearch; view: string }) {
  const navigate = useNavigate({ from: '/estate' });
  const set = (name: keyof EstateSearch, value: string | null) =>
    void navigate({
      search: (before) => changed(before, name, value),
      replace: true,
    });
  const kinds = view === 'map' ? graphKinds : [...graphKinds, ...otherKinds];
  return (
    <FilterBar
      label="Filter the estate"
      active={filterCount(search)}
      search={
        <SearchBox
          label="Search the estate"
          placeholder="Search by name"
          value={search.q}
          onChange={(q) => set('q', q)}
        />
      }
      end={
        <SegmentedControl
          size="xs"
          aria-label="View"
          data={[
            { value: 'map', label: 'Map' },
            { value: 'list', label: 'List' },
          ]}
          value={view}
          onChange={(value) => set('view', value)}
        />
      }
    >
      <ChoiceFilter
        label="Kind"
        placeholder="Every kind"
        data={kinds.map((kind) => ({ value: kind, label: kindWord(kind) }))}
        value={search.kind}
        set={(value) => set('kind', value)}
      />
      <ItemFilter of="team" width={170} value={search.team} set={(value) => set('team', value)} />
      <Departments value={search.department} set={(value) => set('department', value)} />
    </FilterBar>
  );
}
