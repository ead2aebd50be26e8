import { Anchor, Breadcrumbs, Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { type Silence, silences } from '../../api';
import { StateWord } from '../../kit/Badges';
import { Loaded } from '../../kit/QueryState';
import { TimeAgo } from '../../kit/TimeAgo';
import { Timeline } from '../../kit/Timeline';
import { absolute } from '../../ui/clock';
import { Facts } from '../../ui/Facts';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { EndDialog } from './SilenceList';
import styles from './silences.module.css';

const NEVER = '9999-12-31T23:59:59Z';

/** One silence: what it holds back, when, why, and its history. */
export function SilencePage() {
  const { id } = useParams({ from: '/app/silences/$id' });
  const query = useQuery(silences.one(id));
  return (
    <Loaded query={query} rows={8}>
      {(silence) => <Content silence={silence} />}
    </Loaded>
  );
}

function Content({ silence }: { silence: Silence }) {
  const [ending, setEnding] = useState<Silence | null>(null);
  const timeline = useQuery(silences.timeline(silence.id));
  const may = (command: string) => silence.allowed.some((offer) => offer.command === command);
  return (
    <>
      <PageHead
        title="Silence"
        documentTitle={`Silence of ${silence.matchers.join(', ')}`}
        above={
          <Breadcrumbs separator="/" fz="sm" mb={2} component="nav" aria-label="Where this is">
            <Anchor component={Link} to="/silences" inherit>
              Silences
            </Anchor>
            <span>{silence.comment.slice(0, 60)}</span>
          </Breadcrumbs>
        }
        meta={<StateWord state={silence.stage} />}
        actions={
          <Group gap="xs">
            {may('edit') && (
              <Button
                variant="default"
                renderRoot={(props) => (
                  <Link to="/silences/$id/edit" params={{ id: silence.id }} {...props} />
                )}
              >
                Edit
              </Button>
            )}
            {may('expire') && <Button onClick={() => setEnding(silence)}>End it</Button>}
          </Group>
        }
      />
      <div className={styles.columns}>
        <div className={styles.stack}>
          <Panel title="What is silenced">
            {silence.matchers.map((matcher) => (
              <div key={matcher}>
                <code className={styles.matchers}>{matcher}</code>
              </div>
            ))}
          </Panel>
          <Panel title="Timeline">
            <Loaded query={timeline} rows={3}>
              {(entries) => <Timeline entries={[...entries.items].sort((a, b) => b.seq - a.seq)} />}
            </Loaded>
          </Panel>
        </div>
        <div className={styles.stack}>
          <Panel title="Why and when">
            <Facts
              rows={[
                ['Comment', silence.comment],
                ['By', silence.created_by],
                ['Starts', <TimeAgo key="t" at={silence.starts_at} below />],
                [
                  'Ends',
                  silence.ended_at ? null : silence.ends_at === NEVER ? (
                    'Without an end'
                  ) : (
                    <TimeAgo key="t" at={silence.ends_at} below />
                  ),
                ],
                ['Ended', silence.ended_at ? <TimeAgo at={silence.ended_at} below /> : null],
                [
                  'Recurs',
                  silence.recurrence
                    ? `${silence.recurrence.rule} for ${silence.recurrence.duration_seconds / 60} min in ${silence.recurrence.zone}`
                    : null,
                ],
                [
                  'Replaced by',
                  silence.replaced_by ? (
                    <Link to="/silences/$id" params={{ id: silence.replaced_by }}>
                      the one that goes on
                    </Link>
                  ) : null,
                ],
              ]}
            />
          </Panel>
          {silence.recurrence && silence.windows.length > 0 && (
            <Panel title="Next times">
              <ul className={styles.found}>
                {silence.windows.slice(0, 5).map((window) => (
                  <li key={window.from}>{absolute(window.from)}</li>
                ))}
              </ul>
            </Panel>
          )}
        </div>
      </div>
      <EndDialog silence={ending} close={() => setEnding(null)} />
    </>
  );
}
