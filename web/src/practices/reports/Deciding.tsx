import { Button, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import type { AlertKey, Verdict as Asked } from '../../api';
import { useSend } from '../../kit/command';
import { ItemLink } from '../../kit/ItemLink';
import { Refusal } from '../../kit/Refusal';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName } from '../../kit/words';
import styles from './reports.module.css';
import type { Time } from './Rules';

/** A rule and its item in words. */
export const keyName = (rule: AlertKey) => `${rule.name} ${rule.item ?? ''}`.trim();

/** A rule on its item; opens the alerts behind it. */
export function Key({ rule, time }: { rule: AlertKey; time: Time }) {
  const item = rule.item ? { item: rule.item } : {};
  return (
    <div>
      <Link
        to="/alerts/history"
        search={{ ...time, name: rule.name, source: rule.source, ...item }}
      >
        {rule.name}
      </Link>
      <div className={styles.sub}>{rule.item ? <ItemLink item={rule.item} /> : 'no item'}</div>
    </div>
  );
}

interface Decided {
  verdict: Asked;
  by: string;
  at: string;
}

/** What was decided, by whom and when. */
export function Verdict({ decision }: { decision: Decided | null | undefined }) {
  if (!decision) return <span className={styles.sub}>not yet</span>;
  return (
    <div>
      {decision.verdict === 'together' ? 'One incident' : 'Kept apart'}
      <div className={styles.sub}>
        {actorName(decision.by)}, <TimeAgo at={decision.at} />
      </div>
    </div>
  );
}

interface DecideProps {
  allowed: string[];
  /** Whom it is about, in words. */
  about: string;
  send: (verdict: Asked | null) => Promise<unknown>;
}

/** Accept, reject, take back: whatever the server allows. */
export function Decide({ allowed, about, send }: DecideProps) {
  const { run, pending, problem, reload } = useSend(send);
  return (
    <div>
      <Group gap={4} justify="flex-end">
        {allowed.includes('together') && (
          <Button
            size="compact-xs"
            loading={pending}
            aria-label={`Accept: ${about} are one incident`}
            onClick={() => void run('together')}
          >
            Accept
          </Button>
        )}
        {allowed.includes('apart') && (
          <Button
            size="compact-xs"
            variant="default"
            disabled={pending}
            aria-label={`Reject: ${about} are kept apart`}
            onClick={() => void run('apart')}
          >
            Reject
          </Button>
        )}
        {allowed.includes('take_back') && (
          <Button
            size="compact-xs"
            variant="default"
            loading={pending}
            aria-label={`Take back what was decided about ${about}`}
            onClick={() => void run(null)}
          >
            Take back
          </Button>
        )}
      </Group>
      <Refusal problem={problem} reload={reload} />
    </div>
  );
}
