import { Button, MultiSelect, Select } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';

import type { incidents } from '../../api';
import { changed, filterCount, many } from '../../kit/filter';
import { ItemFilter } from '../../kit/narrow';
import { SearchBox } from '../../kit/SearchBox';
import { stageWord } from '../../kit/words';
import { FilterBar } from '../../ui/FilterBar';

const phases = [
  { value: 'detect', label: 'Detect' },
  { value: 'diagnose', label: 'Diagnose' },
  { value: 'resolve', label: 'Resolve' },
  { value: 'done', label: 'Done' },
];
const warnings = [
  { value: 'unassigned', label: 'Unassigned too long' },
  { value: 'check_failed', label: 'Check failed' },
];
const majors = [
  { value: 'proposed', label: 'Proposed as major' },
  { value: 'declared', label: 'Major' },
  { value: 'stood_down', label: 'Was major' },
  { value: 'dismissed', label: 'Not major' },
];
const stages = Object.entries(stageWord).map(([value, label]) => ({ value, label }));

/** The filters of the queue. The address is the state: a filtered queue can be sent to a colleague. */
export function Filters({ search }: { search: incidents.IncidentFilter }) {
  const navigate = useNavigate({ from: '/incidents' });
  const set = (name: keyof incidents.IncidentFilter, value: string | null) =>
    void navigate({
      search: (before) => changed(before, name, value),
      replace: true,
    });

  return (
    <FilterBar
      label="Filter incidents"
      active={filterCount(search)}
      search={
        <SearchBox
          label="Search incidents"
          placeholder="Search title, number, item"
          value={search.q}
          onChange={(q) => set('q', q)}
        />
      }
    >
      <MultiSelect
        size="xs"
        w={150}
        aria-label="Priority"
        placeholder={search.priority ? '' : 'Priority'}
        data={['P1', 'P2', 'P3', 'P4', 'P5']}
        value={many(search.priority)}
        onChange={(values) => set('priority', values.join(','))}
      />
      <Select
        size="xs"
        w={116}
        aria-label="Phase"
        placeholder="Phase"
        data={phases}
        value={search.phase ?? null}
        onChange={(value) => set('phase', value)}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear phase' }}
      />
      <Select
        size="xs"
        w={130}
        aria-label="Stage"
        placeholder="Stage"
        data={stages}
        value={search.stage ?? null}
        onChange={(value) => set('stage', value)}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear stage' }}
      />
      <Select
        size="xs"
        w={150}
        aria-label="Warning"
        placeholder="Warning"
        data={warnings}
        value={search.warning ?? null}
        onChange={(value) => set('warning', value)}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear warning' }}
      />
      <Select
        size="xs"
        w={150}
        aria-label="Major or not"
        placeholder="Major or not"
        data={majors}
        value={search.major ?? null}
        onChange={(value) => set('major', value)}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear whether it is major' }}
      />
      <Select
        size="xs"
        w={150}
        aria-label="Potential or not"
        placeholder="Potential or not"
        data={[
          { value: 'true', label: 'Potential' },
          { value: 'false', label: 'Has happened' },
        ]}
        value={search.potential ?? null}
        onChange={(value) => set('potential', value)}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear whether it is potential' }}
      />
      <ItemFilter of="team" width={150} value={search.team} set={(value) => set('team', value)} />
      <ItemFilter of="item" width={170} value={search.item} set={(value) => set('item', value)} />
      {Object.keys(search).length > 0 && (
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconX size={13} />}
          renderRoot={(props) => <Link to="/incidents" {...props} />}
        >
          Clear
        </Button>
      )}
    </FilterBar>
  );
}
