import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';

import { oncall, type PushDevices } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SendButton } from '../../kit/SendButton';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { obstacle, ownPrint, subscribe, unsubscribe } from './browser';
import styles from './oncall.module.css';

const OWN = ['this-browser'] as const;

/** The browsers in which a person is called, though no page of Operate is open. */
export function Devices({ name }: { name: string }) {
  const query = useQuery(oncall.devices(name));
  return (
    <Loaded query={query} rows={2}>
      {(found) => <Content name={name} found={found} />}
    </Loaded>
  );
}

function Content({ name, found }: { name: string; found: PushDevices }) {
  const client = useQueryClient();
  const own = useQuery({ queryKey: OWN, queryFn: ownPrint, enabled: found.may_add });
  const here = found.items.some((device) => device.print === own.data);
  const remove = async (device: PushDevices['items'][number]) => {
    if (device.print === own.data) await unsubscribe();
    await oncall.removeDevice(name, device.name);
    await client.invalidateQueries({ queryKey: OWN });
  };
  return (
    <Panel
      title="Called in browsers"
      flush
      actions={found.may_add && !here ? <Add name={name} found={found} /> : undefined}
    >
      {found.items.length === 0 ? (
        <EmptyState title="In no browser">
          {found.may_add
            ? 'Calls can be shown here even when Operate is closed, with a button to acknowledge.'
            : 'They add a browser themselves, on this page.'}
        </EmptyState>
      ) : (
        <SimpleTable
          label="Browsers"
          rows={found.items}
          rowKey={(device) => device.name}
          columns={[
            {
              header: 'Browser',
              cell: (device) => (
                <span className={styles.to}>
                  {device.name}
                  {device.print === own.data && <span className={styles.sub}> this one</span>}
                </span>
              ),
            },
            { header: 'Since', cell: (device) => <TimeAgo at={device.created_at} /> },
            {
              header: '',
              cell: (device) =>
                found.may_remove && (
                  <SendButton label={`Remove ${device.name}`} send={() => remove(device)} />
                ),
            },
          ]}
        />
      )}
    </Panel>
  );
}

function Add({ name, found }: { name: string; found: PushDevices }) {
  const client = useQueryClient();
  const full = found.items.length >= found.most;
  const why = full ? `At most ${found.most} browsers: remove one first.` : obstacle();
  const { run, pending, problem, reload } = useSend(async () => {
    await oncall.addDevice(name, await subscribe(found.public_key));
    await client.invalidateQueries({ queryKey: OWN });
  });
  return (
    <>
      {why && <span className={styles.sub}>{why}</span>}
      <Button
        size="compact-xs"
        loading={pending}
        disabled={why !== null}
        onClick={() => void run()}
      >
        Call me in this browser
      </Button>
      <Refusal problem={problem} reload={reload} />
    </>
  );
}
