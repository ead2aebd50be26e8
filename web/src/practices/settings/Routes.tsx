import { ActionIcon, Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';

import { type Priority, type Route, settings, type Versioned } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { ItemSelect } from '../../kit/ItemSelect';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './settings.module.css';
import { useDraft } from './useDraft';

const priorities: Priority[] = ['P1', 'P2', 'P3', 'P4', 'P5'];

/** Which team gets an incident, and which priority, where the estate alone would not say so. */
export function Routes() {
  const query = useQuery(settings.routes());
  return (
    <>
      <p className={styles.intro}>
        An incident goes to the owner of its item, with the priority that the matrix gives. A route
        says otherwise for alerts that meet its condition (CEL over <code>labels</code>,{' '}
        <code>annotations</code>, <code>severity</code>, <code>name</code>, <code>item</code>, and
        what the estate says around the item: the lists <code>products</code> and{' '}
        <code>usecases</code>, and <code>team</code>). “On product shop, with all that it is made
        of” is <code>&apos;product/shop&apos; in products</code>. The first that holds counts.
      </p>
      <Loaded query={query} rows={3}>
        {(found) => <Form found={found} />}
      </Loaded>
      <OfEstate />
    </>
  );
}

/** Routes that are kept in files: asked after those above, in this order, and changed there. */
function OfEstate() {
  const rows = useQuery(settings.routesOfEstate()).data?.items ?? [];
  if (rows.length === 0) return null;
  return (
    <Panel title="Kept in the estate" count="asked after those above" flush>
      <SimpleTable
        label="Routes of the estate"
        rows={rows}
        rowKey={(row) => row.route}
        columns={[
          { header: 'Kept as', cell: (row) => <ItemLink item={row.route} /> },
          { header: 'When', cell: (row) => <code>{row.when === '' ? 'always' : row.when}</code> },
          { header: 'Team', cell: (row) => (row.team ? <ItemLink item={row.team} /> : '–') },
          { header: 'Priority', cell: (row) => row.priority ?? '–' },
        ]}
      />
    </Panel>
  );
}

function Form({ found }: { found: Versioned<Route[]> }) {
  const form = useDraft(found, settings.saveRoutes);
  const { draft: routes, setDraft: setRoutes, problem } = form;
  const set = (index: number, change: Partial<Route>) =>
    setRoutes((before) =>
      before.map((route, at) => (at === index ? { ...route, ...change } : route)),
    );
  return (
    <Panel
      title="Routes"
      actions={
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() =>
            setRoutes((before) => [...before, { name: '', when: '', team: null, priority: null }])
          }
        >
          Add a route
        </Button>
      }
    >
      <Stack gap="sm">
        <Refusal problem={problem} reload={form.reload} />
        {routes.length === 0 && (
          <EmptyState title="No route">Every incident goes to the owner of its item.</EmptyState>
        )}
        {routes.map((route, index) => (
          <Group
            key={index}
            gap="xs"
            align="flex-end"
            role="group"
            aria-label={`Route ${index + 1}`}
          >
            <TextInput
              size="xs"
              label="Name"
              w={150}
              value={route.name}
              onChange={(event) => set(index, { name: event.currentTarget.value })}
            />
            <TextInput
              size="xs"
              label="When"
              style={{ flex: '1 1 220px' }}
              spellCheck={false}
              value={route.when}
              error={problem?.details.field === `${index}.when` ? problem.message : undefined}
              onChange={(event) => set(index, { when: event.currentTarget.value })}
            />
            <div style={{ width: 160 }}>
              <ItemSelect
                size="xs"
                label="Team"
                kind="team"
                value={route.team ?? null}
                onChange={(team) => set(index, { team })}
              />
            </div>
            <Select
              size="xs"
              w={90}
              label="Priority"
              data={priorities}
              value={route.priority ?? null}
              clearable
              clearButtonProps={{ 'aria-label': 'Clear priority' }}
              onChange={(value) =>
                set(index, { priority: priorities.find((each) => each === value) ?? null })
              }
            />
            <ActionIcon
              variant="default"
              size={30}
              aria-label={`Remove route ${route.name || index + 1}`}
              onClick={() => setRoutes((before) => before.filter((_, at) => at !== index))}
            >
              <IconTrash size={14} />
            </ActionIcon>
          </Group>
        ))}
        <div>
          <Button disabled={!form.changed} loading={form.pending} onClick={() => void form.send()}>
            Save the routes
          </Button>
        </div>
      </Stack>
    </Panel>
  );
}
