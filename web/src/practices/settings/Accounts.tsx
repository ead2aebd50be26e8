import {
  Button,
  Group,
  Modal,
  MultiSelect,
  PasswordInput,
  Select,
  Stack,
  Switch,
  TextInput,
} from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';

import { type Account, contracts, estate, type Role, settings } from '../../api';
import { useSend } from '../../kit/command';
import { ItemLink } from '../../kit/ItemLink';
import { ItemSelect } from '../../kit/ItemSelect';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { itemName, words } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import { RemoveButton } from './RemoveButton';
import styles from './settings.module.css';

export const roles: { value: Role; label: string }[] = [
  { value: 'admin', label: 'Admin: everything, and these settings' },
  { value: 'responder', label: 'Responder: works on incidents and alerts' },
  { value: 'viewer', label: 'Viewer: reads' },
  { value: 'consumer', label: 'Consumer: sees own services, promises and reports' },
];

/** Who may sign in, and what they may do. */
export function Accounts() {
  const query = useQuery(settings.accounts());
  const [editing, setEditing] = useState<Account | 'new' | null>(null);
  return (
    <>
      <Panel
        title="Accounts"
        flush
        actions={
          <Button
            variant="default"
            leftSection={<IconPlus size={14} />}
            onClick={() => setEditing('new')}
          >
            Add an account
          </Button>
        }
      >
        <Loaded query={query} rows={4}>
          {(accounts) => (
            <SimpleTable
              label="Accounts"
              rows={accounts.items}
              rowKey={(row) => row.name}
              columns={[
                {
                  header: 'Name',
                  cell: (row) => (
                    <span>
                      <b>{row.display_name || row.name}</b>{' '}
                      <span className={styles.sub}>{row.name}</span>
                    </span>
                  ),
                },
                { header: 'Role', cell: (row) => words(row.role) },
                {
                  header: 'Person',
                  cell: (row) => (row.person ? <ItemLink item={row.person} /> : '–'),
                },
                {
                  header: 'Teams',
                  cell: (row) =>
                    row.role === 'consumer'
                      ? `Promises to ${row.consumers.map(itemName).join(', ')}`
                      : `${row.teams.map(itemName).join(', ') || '–'}${row.scoped ? ' (only these)' : ''}`,
                },
                {
                  header: '',
                  cell: (row) => (
                    <div className={styles.actions}>
                      <Button
                        size="compact-xs"
                        variant="subtle"
                        onClick={() => setEditing(row)}
                        aria-label={`Change ${row.name}`}
                      >
                        Change
                      </Button>
                      <RemoveButton
                        name={row.name}
                        remove={() => settings.removeAccount(row.name)}
                      />
                    </div>
                  ),
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      <Modal
        opened={editing !== null}
        onClose={() => setEditing(null)}
        title={editing === 'new' ? 'Add an account' : 'Change the account'}
      >
        {editing !== null && (
          <AccountForm
            account={editing === 'new' ? null : editing}
            close={() => setEditing(null)}
          />
        )}
      </Modal>
    </>
  );
}

function AccountForm({ account, close }: { account: Account | null; close: () => void }) {
  const [name, setName] = useState(account?.name ?? '');
  const [displayName, setDisplayName] = useState(account?.display_name ?? '');
  const [role, setRole] = useState<Role>(account?.role ?? 'responder');
  const [person, setPerson] = useState<string | null>(account?.person ?? null);
  const [teams, setTeams] = useState<string[]>(account?.teams ?? []);
  const [scoped, setScoped] = useState(account?.scoped ?? false);
  const [consumers, setConsumers] = useState<string[]>(account?.consumers ?? []);
  const isConsumer = role === 'consumer';
  const [password, setPassword] = useState('');
  const known = useQuery(estate.items({ kind: 'team', limit: 1000 }));
  const { run, pending, problem, reload } = useSend(() => {
    const own = isConsumer ? { consumers } : { scoped, teams };
    const values = { display_name: displayName, role, person, ...own };
    return account
      ? settings.changeAccount(account.name, { ...values, ...(password ? { password } : {}) })
      : settings.createAccount({ name, ...values, password });
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run().then((done) => done && close());
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Refusal problem={problem} reload={reload} kept />
        <TextInput
          label="User name"
          required
          disabled={account !== null}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Full name"
          required
          value={displayName}
          onChange={(event) => setDisplayName(event.currentTarget.value)}
        />
        <Select
          label="Role"
          data={roles}
          value={role}
          allowDeselect={false}
          onChange={(value) =>
            setRole(roles.find((each) => each.value === value)?.value ?? 'viewer')
          }
        />
        <ItemSelect
          label="Person in the estate"
          description="Whom the account stands for when incidents are assigned."
          kind="person"
          value={person}
          onChange={setPerson}
        />
        {isConsumer && <ConsumerSelect value={consumers} set={setConsumers} />}
        {!isConsumer && (
          <>
            <MultiSelect
              label="Teams"
              data={(known.data?.items ?? []).map((team) => ({
                value: team.item,
                label: team.title || itemName(team.item),
              }))}
              value={teams}
              onChange={setTeams}
              searchable
            />
            <Switch
              label="Acts only on what belongs to its teams"
              checked={scoped}
              onChange={(event) => setScoped(event.currentTarget.checked)}
            />
          </>
        )}
        <PasswordInput
          label={account ? 'New password' : 'Password'}
          description={account ? 'Empty: as it is.' : undefined}
          required={account === null}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            Back
          </Button>
          <Button type="submit" loading={pending}>
            {account ? 'Save' : 'Add'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Whose promises a consumer sees: whoever a contract names as its consumer. */
function ConsumerSelect({ value, set }: { value: string[]; set: (value: string[]) => void }) {
  const rows = useQuery(contracts.list()).data?.items ?? [];
  const named = [...new Set([...rows.map((row) => row.consumer), ...value])].sort();
  return (
    <MultiSelect
      label="Consumer of"
      description="Whose promises and services are shown: those whom contracts name."
      required
      data={named}
      value={value}
      onChange={set}
      searchable
    />
  );
}
