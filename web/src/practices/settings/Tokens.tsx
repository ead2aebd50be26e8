import { Button, Group, MultiSelect, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';

import { type Role, settings, type IssuedToken, type Scope } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { words } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { roles } from './Accounts';
import { RemoveButton } from './RemoveButton';
import { Secret } from './Secret';
import styles from './settings.module.css';

const scopes: { value: Scope; label: string }[] = [
  { value: 'read', label: 'Read' },
  { value: 'write', label: 'Write' },
  { value: 'intake', label: 'Send alerts' },
  { value: 'admin', label: 'Change settings' },
];

/** Keys for programs and for the command line. */
export function Tokens() {
  const query = useQuery(settings.tokens());
  const [made, setMade] = useState<IssuedToken | null>(null);
  return (
    <>
      <p className={styles.intro}>
        A token lets a program use the API, with the header <code>Authorization: Bearer …</code>.
        What it does stands in the journal under its name.
      </p>
      <Panel title="New token">
        <TokenForm made={setMade} />
        {made?.secret && (
          <div style={{ marginTop: 12 }}>
            <Secret name={made.name} secret={made.secret} />
          </div>
        )}
      </Panel>
      <Panel title="API tokens" flush>
        <Loaded query={query} rows={3}>
          {(tokens) =>
            tokens.items.length === 0 ? (
              <EmptyState title="No token yet">
                Make one above for a script, for <code>operate</code> on another machine, or for a
                dashboard.
              </EmptyState>
            ) : (
              <SimpleTable
                label="API tokens"
                rows={tokens.items}
                rowKey={(row) => row.name}
                columns={[
                  { header: 'Name', cell: (row) => <b>{row.name}</b> },
                  { header: 'Role', cell: (row) => words(row.role) },
                  { header: 'May', cell: (row) => row.scopes.join(', ') },
                  {
                    header: 'Made',
                    cell: (row) => (row.created_at ? <TimeAgo at={row.created_at} /> : '–'),
                  },
                  {
                    header: 'Last used',
                    cell: (row) => (row.used_at ? <TimeAgo at={row.used_at} /> : 'never'),
                  },
                  {
                    header: '',
                    cell: (row) => (
                      <div className={styles.actions}>
                        <RemoveButton
                          name={row.name}
                          word="Revoke"
                          remove={() => settings.removeToken(row.name)}
                        />
                      </div>
                    ),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}

function TokenForm({ made }: { made: (token: IssuedToken) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [chosen, setChosen] = useState<Scope[]>(['read']);
  const { run, pending, problem, reload } = useSend(async () => {
    made(await settings.createToken({ name, role, scopes: chosen }));
    setName('');
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Refusal problem={problem} reload={reload} kept />
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Name"
            placeholder="nightly-report"
            required
            withAsterisk={false}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label="Role"
            w={220}
            data={roles.filter((each) => each.value !== 'consumer')}
            value={role}
            allowDeselect={false}
            onChange={(value) =>
              setRole(roles.find((each) => each.value === value)?.value ?? 'viewer')
            }
          />
          <MultiSelect
            label="May"
            w={240}
            data={scopes}
            value={chosen}
            onChange={(values) =>
              setChosen(scopes.map((each) => each.value).filter((each) => values.includes(each)))
            }
          />
          <Button type="submit" size="sm" loading={pending} disabled={chosen.length === 0}>
            Make the token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
