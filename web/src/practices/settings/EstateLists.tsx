import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { estate, overview } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { itemName } from '../../kit/words';
import { duration } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './settings.module.css';

/** Teams and people: they are items of the estate. */
export function People() {
  return (
    <>
      <p className={styles.intro}>
        Teams own services; people are called. Both belong to the estate, so they can be kept in
        files like everything else there. An account (under Accounts) lets a person sign in.
      </p>
      <Listed kind="team" title="Teams" add="Add a team" />
      <Listed kind="person" title="People" add="Add a person" />
    </>
  );
}

/** Who is called, in which order and after how long. */
export function Escalation() {
  const calls = useQuery(overview.overview()).data?.on_call ?? [];
  return (
    <>
      <p className={styles.intro}>
        An escalation policy calls its contacts one after the other until somebody acknowledges. A
        service names its policy, or takes that of its team.
      </p>
      <Listed kind="escalationpolicy" title="Escalation policies" add="Add a policy" />
      {calls.length > 0 && (
        <Panel title="As it stands now" flush>
          <SimpleTable
            label="Order of calls"
            rows={calls}
            rowKey={(row) => row.policy}
            columns={[
              { header: 'Policy', cell: (row) => <ItemLink item={row.policy} title={row.title} /> },
              {
                header: 'Calls',
                cell: (row) =>
                  row.contacts
                    .map(
                      (contact) =>
                        `${contact.name} ${contact.after_seconds === 0 ? 'at once' : `after ${duration(contact.after_seconds)}`}`,
                    )
                    .join(', then '),
              },
            ]}
          />
        </Panel>
      )}
    </>
  );
}

function Listed({ kind, title, add }: { kind: string; title: string; add: string }) {
  const query = useQuery(estate.items({ kind, limit: 1000 }));
  return (
    <Panel
      title={title}
      flush
      actions={
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          renderRoot={(props) => <Link to="/estate/new" search={{ kind }} {...props} />}
        >
          {add}
        </Button>
      }
    >
      <Loaded query={query} rows={3}>
        {(list) =>
          list.items.length === 0 ? (
            <EmptyState title={`No ${title.toLowerCase()} yet`} />
          ) : (
            <SimpleTable
              label={title}
              rows={list.items}
              rowKey={(row) => row.item}
              columns={[
                {
                  header: 'Name',
                  cell: (row) => <ItemLink item={row.item} title={row.title || undefined} />,
                },
                { header: 'Short name', cell: (row) => <code>{itemName(row.item)}</code> },
                {
                  header: 'Team',
                  cell: (row) => (row.team ? <ItemLink item={row.team} /> : '–'),
                },
                {
                  header: 'Kept in',
                  cell: (row) => (row.managed_by === 'file' ? 'files' : 'here'),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
