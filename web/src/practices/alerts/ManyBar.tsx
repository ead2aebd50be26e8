import { Button, Group } from '@mantine/core';
import { IconBellOff, IconChecks } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { alerts } from '../../api';
import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';
import { count } from '../../kit/words';
import { AckMany } from './AckMany';
import styles from './alerts.module.css';

interface Props {
  /** What was ticked. */
  chosen: alerts.Chosen;
  /** The same in words: `3 groups`. */
  word: string;
  /** The filter of the whole list. */
  filter: alerts.AlertFilter;
  /** How many alerts fit it. */
  total: number;
  clear: () => void;
}

/** What can be asked of many at once: of those that were ticked, or of all that match. */
export function ManyBar({ chosen, word, filter, total, clear }: Props) {
  const [asking, setAsking] = useState<alerts.Chosen | null>(null);
  const navigate = useNavigate();
  const some = chosen.ids.length + chosen.filters.length > 0;
  const meant: alerts.Chosen = some ? chosen : { ids: [], filters: [filter] };
  const silence = useSend(async () => {
    const found = await alerts.bulk(meant, { command: 'acknowledge' }, true);
    const conditions = found.silence.join('\n');
    await navigate({ to: '/silences/new', search: conditions ? { conditions } : {} });
  });
  return (
    <>
      <div className={styles.many} role="group" aria-label="For many at once">
        <span role="status">{some ? `${word} chosen` : `${count(total, 'alert')} match`}</span>
        <Group gap={6}>
          <Button
            size="xs"
            variant={some ? 'filled' : 'default'}
            leftSection={<IconChecks size={14} aria-hidden />}
            onClick={() => setAsking(meant)}
          >
            {some ? 'Acknowledge' : 'Acknowledge all'}
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={silence.pending}
            leftSection={<IconBellOff size={14} aria-hidden />}
            onClick={() => void silence.run()}
          >
            {some ? 'Silence' : 'Silence all'}
          </Button>
          {some && (
            <Button size="xs" variant="subtle" onClick={clear}>
              Choose none
            </Button>
          )}
        </Group>
      </div>
      <Refusal problem={silence.problem} reload={silence.reload} />
      {asking && (
        <AckMany
          chosen={asking}
          close={() => setAsking(null)}
          done={() => {
            setAsking(null);
            clear();
          }}
        />
      )}
    </>
  );
}
