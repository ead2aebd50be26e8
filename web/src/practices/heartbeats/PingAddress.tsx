import { Button, Group, Stack } from '@mantine/core';

import { heartbeats, type MadeHeartbeat } from '../../api';
import { CopyBox } from '../../ui/CopyBox';
import { Panel } from '../../ui/Panel';
import styles from './heartbeats.module.css';

/** The address that pings a heartbeat, which is shown once, with a line to paste. */
export function PingAddress({ made, close }: { made: MadeHeartbeat; close: () => void }) {
  const withKey = `${window.location.origin}${heartbeats.pingPath(made.name)}`;
  return (
    <Panel title={`${made.name} is waited for`}>
      <Stack gap="sm">
        <div role="status">
          <p className={styles.lead}>
            Whoever calls this address pings it; no key is needed. Copy it now: it is not stored
            readably and will not be shown again.
          </p>
          <CopyBox text={made.ping_url} label="ping address" wrap />
        </div>
        <div>
          <p className={styles.lead}>
            At the end of a job that went well, for example in a crontab:
          </p>
          <CopyBox
            text={`0 2 * * *  /usr/local/bin/backup && curl -fsS ${made.ping_url}`}
            label="line for a crontab"
          />
        </div>
        <div>
          <p className={styles.lead}>Later, and from anything that has an integration key:</p>
          <CopyBox
            text={`curl -fsS -X POST ${withKey} \\\n  -H 'Authorization: Bearer YOUR_KEY'`}
            label="request with a key"
          />
        </div>
        <Group justify="flex-end">
          <Button onClick={close}>I have copied it</Button>
        </Group>
      </Stack>
    </Panel>
  );
}
