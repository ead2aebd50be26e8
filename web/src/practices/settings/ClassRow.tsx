import { ActionIcon, Button, Group } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import type { ClassRule } from '../../api';
import { classWord, impactWord, responseWord } from '../../kit/words';
import styles from './settings.module.css';

interface Props {
  rule: ClassRule;
  place: number;
  pending: boolean;
  up?: () => void;
  down?: () => void;
  change: () => void;
  remove: () => void;
}

/** One rule that classifies: what it says, its place, and what can be done with it. */
export function ClassRow({ rule, place, pending, up, down, change, remove }: Props) {
  const when = rule.when ?? '';
  const impacts = (rule.impacts ?? []).map((impact) => impactWord[impact]);
  return (
    <div className={styles.rule}>
      <span className={styles.sub}>{place}</span>
      <div style={{ minWidth: 0 }}>
        <b>{rule.name}</b>
        <div>
          {classWord[rule.class]} · {responseWord[rule.response]}
          {impacts.length > 0 && ` · ${impacts.join(', ')}`}
        </div>
        <div>
          {rule.source && (
            <>
              from <code>{rule.source}</code>{' '}
            </>
          )}
          when <code>{when === '' ? 'always' : when}</code>
        </div>
        {rule.boundary && (
          <div>
            boundary in <code>{rule.boundary}</code>
          </div>
        )}
      </div>
      <Group gap={4} wrap="nowrap" align="flex-start">
        <Move name={`Move ${rule.name} up`} pending={pending} go={up}>
          <IconArrowUp size={14} />
        </Move>
        <Move name={`Move ${rule.name} down`} pending={pending} go={down}>
          <IconArrowDown size={14} />
        </Move>
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={`Change ${rule.name}`}
          onClick={change}
        >
          Change
        </Button>
        <Button
          size="compact-xs"
          variant="subtle"
          c="var(--op-bad)"
          disabled={pending}
          aria-label={`Remove ${rule.name}`}
          onClick={remove}
        >
          Remove
        </Button>
      </Group>
    </div>
  );
}

interface MoveProps {
  name: string;
  pending: boolean;
  go: (() => void) | undefined;
  children: ReactNode;
}

function Move({ name, pending, go, children }: MoveProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="sm"
      disabled={!go || pending}
      aria-label={name}
      onClick={() => go?.()}
    >
      {children}
    </ActionIcon>
  );
}
