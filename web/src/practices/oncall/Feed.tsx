import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { type FeedView, oncall } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { TimeAgo } from '../../kit/TimeAgo';
import { CopyBox } from '../../ui/CopyBox';
import { Panel } from '../../ui/Panel';
import { RemoveButton } from '../settings/RemoveButton';
import styles from './oncall.module.css';

/** The secret address under which a calendar program reads shifts. */
export function Feed({ owner }: { owner: oncall.FeedOwner }) {
  const query = useQuery(oncall.feed(owner));
  return (
    <Panel title="In your calendar program">
      <Loaded query={query} rows={2}>
        {(view) => <Content owner={owner} view={view} />}
      </Loaded>
    </Panel>
  );
}

function Content({ owner, view }: { owner: oncall.FeedOwner; view: FeedView }) {
  const [url, setUrl] = useState<string | null>(null);
  const { run, pending, problem, reload } = useSend(async () => {
    setUrl((await oncall.makeFeed(owner)).url);
  });
  const { feed } = view;
  return (
    <>
      {url ? (
        <div role="status">
          <p className={styles.lead}>
            Subscribe to this address in your calendar program. Copy it now: it is not shown again,
            and whoever knows it sees the shifts.
          </p>
          <CopyBox text={url} label="address of the calendar" wrap />
        </div>
      ) : (
        <p className={styles.lead}>
          {feed ? (
            <>
              There is an address since <TimeAgo at={feed.made_at} />
              {feed.used_at ? (
                <>
                  , last read <TimeAgo at={feed.used_at} />.
                </>
              ) : (
                ', never read yet.'
              )}
            </>
          ) : (
            'A secret address shows these shifts in any calendar program, and keeps them up to date.'
          )}
        </p>
      )}
      <Refusal problem={problem} reload={reload} />
      {view.may_change && (
        <Group gap="xs" mt="xs">
          <Button size="compact-xs" variant="default" loading={pending} onClick={() => void run()}>
            {feed ? 'Replace the address' : 'Make an address'}
          </Button>
          {feed && (
            <RemoveButton
              name="the address of the calendar"
              word="Revoke"
              remove={async () => {
                await oncall.revokeFeed(owner);
                setUrl(null);
              }}
            />
          )}
        </Group>
      )}
    </>
  );
}
