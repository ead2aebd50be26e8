import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { settings } from '../../api';
import { Loaded } from '../../kit/QueryState';
import { CopyBox } from '../../ui/CopyBox';
import { Panel } from '../../ui/Panel';
import styles from './settings.module.css';

/** What receivers of pages by webhook verify the signature with; shown on request. */
export function WebhookSecret() {
  const [shown, setShown] = useState(false);
  return (
    <Panel title="Signed webhooks">
      <p className={styles.intro}>
        Pages by webhook are signed by the scheme of Standard Webhooks. Give this secret to whoever
        runs the receiver.
      </p>
      {shown ? (
        <Secret />
      ) : (
        <Button variant="default" onClick={() => setShown(true)}>
          Show the secret
        </Button>
      )}
    </Panel>
  );
}

function Secret() {
  const query = useQuery(settings.webhookSecret());
  return (
    <Loaded query={query}>
      {(found) => <CopyBox text={found.secret} label="signing secret" wrap />}
    </Loaded>
  );
}
