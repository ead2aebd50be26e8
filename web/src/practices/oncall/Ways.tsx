import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { type ContactWay, oncall, type TriedWay } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { words } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './oncall.module.css';
import { Verified, Verify } from './Verify';
import { Wishes } from './Wishes';

const THEIRS = {
  title: 'How to reach them',
  hard: 'Hard to reach',
  them: 'them',
  their: 'their',
  they: 'they are',
};
const YOURS: typeof THEIRS = {
  title: 'How you are called',
  hard: 'You are hard to reach',
  them: 'you',
  their: 'your',
  they: 'you are',
};

/** How a person is called, and trying whether it works; of oneself it speaks as "you". */
export function Ways({ name, own }: { name: string; own?: boolean }) {
  const said = own ? YOURS : THEIRS;
  const query = useQuery(oncall.ways(name));
  const [results, setResults] = useState<Record<string, TriedWay>>({});
  const took = (tried: TriedWay[]) =>
    setResults((before) => ({
      ...before,
      ...Object.fromEntries(tried.map((way) => [key(way), way])),
    }));
  return (
    <Loaded query={query} rows={3}>
      {(found) => (
        <Panel
          title={said.title}
          flush
          actions={found.may_try ? <Try name={name} way={null} took={took} /> : undefined}
        >
          {found.ways.length === 0 ? (
            <EmptyState title={`Nobody can call ${said.them}`}>Add an address.</EmptyState>
          ) : (
            <SimpleTable
              label={`Ways to reach ${said.them}`}
              rows={found.ways}
              rowKey={key}
              columns={[
                { header: 'Way', cell: (way) => words(way.channel) },
                { header: 'Address', cell: (way) => <span className={styles.to}>{way.to}</span> },
                {
                  header: 'State',
                  cell: (way) => <State way={way} tried={results[key(way)]} their={said.their} />,
                },
                { header: `Reaches ${said.them}`, cell: (way) => <Verified way={way} /> },
                {
                  header: '',
                  cell: (way) =>
                    found.may_try && (
                      <span className={styles.meta}>
                        <Try name={name} way={way} took={took} />
                        {way.channel !== 'push' && !way.problem && <Verify name={name} way={way} />}
                      </span>
                    ),
                },
              ]}
            />
          )}
          {found.reach.weakness && (
            <p className={`${styles.note} ${styles.bad}`} role="status">
              {said.hard}: {found.reach.weakness}.
            </p>
          )}
          <Wishes name={name} found={found} they={said.they} />
        </Panel>
      )}
    </Loaded>
  );
}

const key = (way: { channel: string; to: string }) => `${way.channel} ${way.to}`;

/** `Sms`; of browsers there may be several. */
const label = (way: ContactWay) =>
  way.channel === 'push' ? `${words(way.channel)} ${way.to}` : words(way.channel);

function State({
  way,
  tried,
  their,
}: {
  way: ContactWay;
  tried: TriedWay | undefined;
  their: string;
}) {
  if (tried) {
    return (
      <span className={tried.delivered ? styles.good : styles.bad} role="status">
        {tried.delivered ? `Test taken: ${tried.detail}` : `Test failed: ${tried.detail}`}
      </span>
    );
  }
  if (way.problem) return <span className={styles.bad}>{way.problem}</span>;
  if (way.lacks) return <span className={styles.bad}>{way.lacks}</span>;
  return <span>{way.wanted ? 'Ready' : `Not used: none of ${their} wishes names it`}</span>;
}

function Try({
  name,
  way,
  took,
}: {
  name: string;
  way: ContactWay | null;
  took: (tried: TriedWay[]) => void;
}) {
  const { run, pending, problem, reload } = useSend(async () => {
    const one = way && { channel: way.channel, to: way.to };
    took((await oncall.tryWays(name, one)).results);
  });
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={pending}
        onClick={() => void run()}
        aria-label={way ? `Test ${label(way)}` : 'Test all ways'}
      >
        {way ? 'Test' : 'Test all'}
      </Button>
      <Refusal problem={problem} reload={reload} />
    </>
  );
}
