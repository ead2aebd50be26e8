import { Button, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import type { alerts } from '../../api';
import { changed, filterCount } from '../../kit/filter';
import { ChoiceFilter, ClassFilter, ImpactFilter, ItemFilter } from '../../kit/narrow';
import { SearchBox } from '../../kit/SearchBox';
import { itemName, severityWord } from '../../kit/words';
import { FilterBar } from '../../ui/FilterBar';
import { GroupBy } from './GroupBy';
import styles from './alerts.module.css';

/** What is in the address of the list: its filters, and what it is grouped by. */
export type AlertSearch = alerts.AlertFilter & { by?: string };

const states = [
  { value: 'all', label: 'All states' },
  { value: 'open', label: 'Open' },
  { value: 'acknowledged', label: 'Acknowledged' },
  { value: 'cleared', label: 'Cleared' },
  { value: 'closed', label: 'Closed' },
];
const severities = Object.entries(severityWord).map(([value, label]) => ({ value, label }));

/** What the list is narrowed to, and what it is grouped by. */
export function AlertFilters({ search }: { search: AlertSearch }) {
  const navigate = useNavigate({ from: '/alerts' });
  const set = (name: keyof AlertSearch, value: string | null) =>
    void navigate({
      search: (before) => changed(before, name, value),
      replace: true,
    });
  return (
    <FilterBar
      label="Filter alerts"
      active={filterCount({ ...search, by: '' })}
      end={<GroupBy search={search} set={(value) => set('by', value)} />}
      search={
        <SearchBox
          label="Search alerts"
          placeholder="Search name, summary, labels"
          value={search.q}
          onChange={(q) => set('q', q)}
        />
      }
    >
      <ChoiceFilter
        label="State"
        placeholder="Firing"
        data={states}
        value={search.state}
        set={(value) => set('state', value)}
      />
      <ChoiceFilter
        label="Severity"
        width={130}
        data={severities}
        value={search.severity}
        set={(value) => set('severity', value)}
      />
      <ClassFilter value={search.class} set={(value) => set('class', value)} />
      <ImpactFilter value={search.impact} set={(value) => set('impact', value)} />
      <ChoiceFilter
        label="Matched to an item"
        placeholder="Item or not"
        clear="Clear the choice"
        data={[
          { value: 'true', label: 'With an item' },
          { value: 'false', label: 'Without an item' },
        ]}
        value={search.matched}
        set={(value) => set('matched', value)}
      />
      <ItemFilter of="item" width={180} value={search.item} set={(value) => set('item', value)} />
      <Matching value={search.matching} set={(value) => set('matching', value)} />
      <Others search={search} set={set} />
      {Object.keys(search).length > 0 && (
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconX size={13} />}
          renderRoot={(props) => <Link to="/alerts" {...props} />}
        >
          Clear
        </Button>
      )}
    </FilterBar>
  );
}

/** Conditions on labels, as Alertmanager writes them; asked for when the typing pauses. */
function Matching({
  value = '',
  set,
}: {
  value?: string | undefined;
  set: (text: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  const [asked, setAsked] = useState(value);
  const ask = useDebouncedCallback((text: string) => {
    setAsked(text);
    set(text);
  }, 500);
  if (value !== asked) {
    setAsked(value);
    setTyped(value);
  }
  return (
    <TextInput
      size="xs"
      w={210}
      aria-label="Conditions on labels"
      placeholder={'env="prod", zone=~"a|b"'}
      spellCheck={false}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        ask(event.currentTarget.value);
      }}
    />
  );
}

const others = [
  ['name', 'Name'],
  ['source', 'Source'],
  ['receiver', 'Receiver'],
  ['team', 'Team'],
  ['silenced', 'Silenced'],
  ['incident', 'Incident'],
] as const;

/** Filters that other pages and groups lead to: each is shown, and taken away by a click. */
function Others({
  search,
  set,
}: {
  search: AlertSearch;
  set: (name: keyof AlertSearch, value: null) => void;
}) {
  return (
    <>
      {others.map(([name, label]) => {
        const value = search[name];
        return value ? (
          <button
            key={name}
            type="button"
            className={styles.chip}
            title="Take this filter away"
            onClick={() => set(name, null)}
          >
            {label}: {name === 'team' ? itemName(value) : value} <IconX size={12} aria-hidden />
          </button>
        ) : null;
      })}
    </>
  );
}
