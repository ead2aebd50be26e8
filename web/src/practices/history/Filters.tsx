import { MultiSelect, Pill, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { changed, filterCount, many, withPeriod } from '../../kit/filter';
import {
  ChoiceFilter,
  ClassFilter,
  ImpactFilter,
  ItemFilter,
  PeriodFilter,
} from '../../kit/narrow';
import { SearchBox } from '../../kit/SearchBox';
import { severityWord, words } from '../../kit/words';
import { FilterBar } from '../../ui/FilterBar';
import { DAYS } from './HistoryPage';

type Name =
  | 'state'
  | 'severity'
  | 'class'
  | 'impact'
  | 'name'
  | 'item'
  | 'team'
  | 'source'
  | 'acknowledged'
  | 'label'
  | 'q';

const severities = ['critical', 'error', 'warning', 'info', 'none'] as const;
const states = ['open', 'acknowledged', 'cleared', 'closed'];
const BESIDES = ['q', 'sort', 'days', 'from', 'to'];

/** What the history is narrowed to; all of it stands in the address. */
export function Filters() {
  const search = useSearch({ from: '/app/alerts/history' });
  const navigate = useNavigate({ from: '/alerts/history' });
  const set = (name: Name, value: string | null) =>
    void navigate({ search: (before) => changed(before, name, value), replace: true });
  return (
    <FilterBar
      label="Filter the history"
      active={filterCount(search, BESIDES)}
      search={
        <SearchBox
          label="Search the history"
          placeholder="Search name, summary, labels"
          value={search.q}
          onChange={(q) => set('q', q)}
        />
      }
      end={
        <PeriodFilter
          label="Time"
          search={search}
          usual={DAYS}
          set={(period) =>
            void navigate({ search: (before) => withPeriod(before, period), replace: true })
          }
        />
      }
    >
      <ChoiceFilter
        label="Looked at"
        placeholder="Looked at or not"
        clear="Clear whether it was looked at"
        width={155}
        data={[
          { value: 'false', label: 'Never looked at' },
          { value: 'true', label: 'Looked at' },
        ]}
        value={search.acknowledged}
        set={(value) => set('acknowledged', value)}
      />
      <MultiSelect
        size="xs"
        w={125}
        aria-label="Severity"
        placeholder={search.severity ? '' : 'Every severity'}
        data={severities.map((value) => ({ value, label: severityWord[value] }))}
        value={many(search.severity)}
        onChange={(values) => set('severity', values.join(','))}
      />
      <MultiSelect
        size="xs"
        w={115}
        aria-label="State now"
        placeholder={search.state ? '' : 'Every state'}
        data={states.map((value) => ({ value, label: words(value) }))}
        value={many(search.state)}
        onChange={(values) => set('state', values.join(','))}
      />
      <ClassFilter value={search.class} set={(value) => set('class', value)} />
      <ImpactFilter value={search.impact} set={(value) => set('impact', value)} />
      <ItemFilter of="item" width={125} value={search.item} set={(item) => set('item', item)} />
      <ItemFilter of="team" width={120} value={search.team} set={(team) => set('team', team)} />
      <LabelField
        key={search.label ?? ''}
        value={search.label ?? ''}
        set={(label) => set('label', label)}
      />
      {(['name', 'source'] as const).map((name) =>
        search[name] ? (
          <Pill
            key={name}
            withRemoveButton
            removeButtonProps={{ 'aria-label': `Any ${name}`, 'aria-hidden': false, tabIndex: 0 }}
            onRemove={() => set(name, null)}
          >
            {words(name)}: {search[name]}
          </Pill>
        ) : null,
      )}
    </FilterBar>
  );
}

/** Labels are asked for when they are written to the end. */
function LabelField({ value, set }: { value: string; set: (label: string) => void }) {
  const [typed, setTyped] = useState(value);
  return (
    <TextInput
      size="xs"
      w={110}
      aria-label="Label"
      placeholder="host=db-1"
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => typed !== value && set(typed.trim())}
      onKeyDown={(event) => event.key === 'Enter' && set(typed.trim())}
    />
  );
}
