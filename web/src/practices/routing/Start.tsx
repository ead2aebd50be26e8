import { Button, Group } from '@mantine/core';
import { useState } from 'react';

import type { RoutingInForce } from '../../api';
import { EmptyState } from '../../ui/States';
import { Change } from './Change';
import { EMAIL, WEBHOOK } from './starters';

/** Nobody is told by routes yet: three ways to begin. */
export function Start({ found }: { found: RoutingInForce }) {
  const [begin, setBegin] = useState<string>();
  if (begin !== undefined) {
    return <Change key={begin} found={found} begin={{ text: begin, templates: [] }} />;
  }
  const begins = (
    <Group justify="center" mt="md">
      <Button onClick={() => setBegin(WEBHOOK)}>Begin with a webhook</Button>
      <Button variant="default" onClick={() => setBegin(EMAIL)}>
        Begin with e-mail
      </Button>
      <Button variant="default" onClick={() => setBegin('')}>
        Paste a file of Alertmanager
      </Button>
    </Group>
  );
  return (
    <EmptyState
      title="No routing configuration is set"
      action={found.may_change ? begins : undefined}
    >
      People are called through the escalation policies of incidents. To tell receivers of groups of
      alerts as well,{' '}
      {found.may_change
        ? 'begin with a text that explains itself, paste one that you have'
        : 'an administrator writes a text here'}
      , or take a file over with its secrets and templates:{' '}
      <code>operate import alertmanager FILE --apply</code>.
    </EmptyState>
  );
}
