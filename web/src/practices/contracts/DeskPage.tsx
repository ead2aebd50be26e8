import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouteContext, useRouter } from '@tanstack/react-router';

import { access, type ConsumerDesk, consumers } from '../../api';
import { StateWord, type Tone } from '../../kit/Badges';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { absolute } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './contracts.module.css';
import { PromisePanel } from './PromisePanel';
import { Reports } from './Reports';

type Service = ConsumerDesk['services'][number];

const tones = {
  works: 'good',
  planned: 'info',
  degraded: 'warn',
  down: 'bad',
} satisfies Record<Service['now']['state'], Tone>;

/** What a consumer sees who signs in: her services, what was promised, what she reported. */
export function DeskPage() {
  const { user } = useRouteContext({ from: '/desk' });
  const query = useQuery(consumers.desk());
  return (
    <main id="main" className={styles.desk}>
      <PageHead
        title="Your services"
        meta={`Signed in as ${user.display_name}`}
        actions={<SignOut />}
      />
      <Loaded query={query} rows={8}>
        {(desk) => (
          <div className={styles.stack}>
            <Panel title="Now" flush>
              <Services services={desk.services} />
            </Panel>
            <Panel title="Planned work" flush>
              <Works desk={desk} />
            </Panel>
            <Reports desk={desk} />
            {desk.consumers.flatMap((consumer) =>
              consumer.promises.map((promise) => (
                <PromisePanel key={promise.contract} promise={promise} />
              )),
            )}
          </div>
        )}
      </Loaded>
    </main>
  );
}

function Services({ services }: { services: Service[] }) {
  if (services.length === 0) {
    return (
      <EmptyState title="No contract that holds promises you a service">
        Ask whoever provides it.
      </EmptyState>
    );
  }
  return (
    <SimpleTable
      label="Your services"
      rows={services}
      rowKey={(row) => row.item}
      columns={[
        { header: 'Service', cell: (row) => <b>{row.title}</b> },
        {
          header: 'State',
          cell: (row) => <StateWord state={row.now.state} tone={tones[row.now.state]} />,
        },
        {
          header: 'In words',
          cell: (row) => (
            <>
              {row.now.words}{' '}
              {row.now.since && (
                <span className={styles.sub}>
                  Since <TimeAgo at={row.now.since} />
                </span>
              )}
            </>
          ),
        },
      ]}
    />
  );
}

function Works({ desk }: { desk: ConsumerDesk }) {
  if (desk.works.length === 0) return <EmptyState title="Nothing is planned" />;
  const title = (item: string) =>
    desk.services.find((service) => service.item === item)?.title ?? item;
  return (
    <SimpleTable
      label="Planned work on your services"
      rows={desk.works}
      rowKey={(row) => `${row.from} ${row.reason}`}
      columns={[
        { header: 'What', cell: (row) => row.reason },
        { header: 'Takes away', cell: (row) => row.items.map(title).join(', ') },
        { header: 'From', cell: (row) => <time dateTime={row.from}>{absolute(row.from)}</time> },
        {
          header: 'Until',
          cell: (row) => <time dateTime={row.until}>{absolute(row.until)}</time>,
        },
        { header: '', cell: (row) => (row.running ? 'Runs now' : '') },
      ]}
    />
  );
}

function SignOut() {
  const client = useQueryClient();
  const router = useRouter();
  const leave = async () => {
    await access.signOut();
    client.clear();
    await router.invalidate();
  };
  return (
    <Button size="xs" variant="default" onClick={() => void leave()}>
      Sign out
    </Button>
  );
}
