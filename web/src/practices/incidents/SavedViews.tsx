import { ActionIcon, Button, Group, Popover, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconBookmarkPlus, IconX } from '@tabler/icons-react';
import { Link, useRouteContext } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';

import type { incidents } from '../../api';
import styles from './incidents.module.css';

type Filter = incidents.IncidentFilter;
interface View {
  name: string;
  search: Filter;
}

/** Views that everybody has, and those that this person saved in this browser. */
export function SavedViews({ search }: { search: Filter }) {
  const { user } = useRouteContext({ from: '/app' });
  const [saved, setSaved] = useLocalStorage<View[]>({
    key: 'operate-incident-views',
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  const standing: View[] = [
    { name: 'Open', search: {} },
    ...(user.person ? [{ name: 'Mine', search: { assignee: user.person } }] : []),
    ...(user.teams.length > 0
      ? [{ name: 'My queue', search: { queue: user.teams.join(',') } }]
      : []),
    { name: 'Reported by me', search: { reporter: `person:${user.name}`, open: 'all' } },
    { name: 'Not taken up', search: { phase: 'detect' } },
    { name: 'Nobody charged', search: { warning: 'unassigned' } },
    { name: 'Late', search: { warning: 'stage_due_soon,stage_overdue' } },
    { name: 'Major', search: { major: 'proposed,declared,stabilised' } },
    { name: 'Potential', search: { potential: 'true' } },
    { name: 'All', search: { open: 'all' } },
  ];
  const current = fingerprint(search);
  const known = [...standing, ...saved].some((view) => fingerprint(view.search) === current);

  return (
    <nav className={styles.views} aria-label="Saved filters">
      {standing.map((view) => (
        <ViewLink key={view.name} view={view} current={current} />
      ))}
      {saved.map((view) => (
        <span key={view.name} className={styles.savedView}>
          <ViewLink view={view} current={current} />
          <ActionIcon
            size="xs"
            variant="subtle"
            color="gray"
            aria-label={`Forget the filter ${view.name}`}
            onClick={() => setSaved(saved.filter((other) => other.name !== view.name))}
          >
            <IconX size={12} />
          </ActionIcon>
        </span>
      ))}
      {!known && (
        <SaveView
          save={(name) =>
            setSaved([...saved.filter((view) => view.name !== name), { name, search }])
          }
        />
      )}
    </nav>
  );
}

function ViewLink({ view, current }: { view: View; current: string }) {
  const here = fingerprint(view.search) === current;
  return (
    <Link
      to="/incidents"
      search={view.search}
      className={styles.view}
      data-current={here}
      aria-current={here ? 'page' : undefined}
      activeProps={{}}
    >
      {view.name}
    </Link>
  );
}

function SaveView({ save }: { save: (name: string) => void }) {
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState('');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() === '') return;
    save(name.trim());
    setOpened(false);
    setName('');
  };
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus width={260}>
      <Popover.Target>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconBookmarkPlus size={14} />}
          onClick={() => setOpened(true)}
          style={{ alignSelf: 'center' }}
        >
          Save this filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={submit}>
          <Group gap="xs" align="flex-end" wrap="nowrap">
            <TextInput
              size="xs"
              label="Name of the filter"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              data-autofocus
            />
            <Button type="submit">Save</Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Two filters are the same whatever the order of their names; the sort is no part of it. */
function fingerprint(search: Filter): string {
  return JSON.stringify(
    Object.entries(search)
      .filter(([name, value]) => name !== 'sort' && value)
      .sort(([a], [b]) => a.localeCompare(b)),
  );
}
