import { Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';

import { routing } from '../../api';
import type { RoutingDraft } from '../../api/routing';
import { ItemLink } from '../../kit/ItemLink';
import { Failure } from '../../kit/QueryState';
import { count } from '../../kit/words';
import { Facts } from '../../ui/Facts';
import { Panel } from '../../ui/Panel';
import { TriedRoutes } from '../alerts/TriedRoutes';
import { readLabels } from '../../kit/labels';
import styles from './routing.module.css';

interface TesterProps {
  configured: boolean;
  /** The text to try; without one what is in force. */
  draft?: RoutingDraft;
}

/** Labels that somebody pastes, and what would become of an alert with them. */
export function Tester({ configured, draft }: TesterProps) {
  const { labels: text = '' } = useSearch({ from: '/app/alerts/routing' });
  const navigate = useNavigate({ from: '/alerts/routing' });
  const read = readLabels(text);
  return (
    <div className={styles.stack}>
      <Panel title={draft ? 'Try labels on this text' : 'Labels'}>
        <Textarea
          label="The labels of an alert"
          description={'A line each as name=value, or as Prometheus prints them: {name="value"}'}
          placeholder={'alertname=DiskFull\nseverity=critical\nservice=orders'}
          autosize
          minRows={4}
          maxRows={14}
          spellCheck={false}
          value={text}
          error={read.wrong ? `This is no label: ${read.wrong}` : undefined}
          onChange={(event) =>
            void navigate({
              search: (before) => ({ ...before, labels: event.currentTarget.value || undefined }),
              replace: true,
            })
          }
        />
      </Panel>
      <Result labels={read.labels} configured={configured} {...(draft && { draft })} />
    </div>
  );
}

interface ResultProps extends TesterProps {
  labels: Record<string, string>;
}

function Result({ labels, configured, draft }: ResultProps) {
  const [asked] = useDebouncedValue(labels, 300);
  const [tried] = useDebouncedValue(draft, 600);
  const query = useQuery(routing.test(asked, tried));
  const found = query.data;
  if (Object.keys(labels).length === 0) {
    return <p className={styles.sub}>Nothing is sent: you only see what would happen.</p>;
  }
  if (query.isError) return <Failure error={query.error} />;
  if (!found) return null;
  return (
    <>
      <Panel title="What would happen">
        <Facts
          rows={[
            ['Item', found.item ? <ItemLink item={found.item} /> : 'None is found'],
            ['Found by', found.matched_by ?? null],
            [
              'Told to',
              found.receivers.length > 0
                ? found.receivers.join(', ')
                : 'Nobody: there is no routing configuration',
            ],
            ['Held back now', <Held key="held" found={found} />],
          ]}
        />
      </Panel>
      {configured && (
        <Panel title={`${count(found.routes.length, 'route')} tried, from the root down`}>
          <TriedRoutes routes={found.routes} />
        </Panel>
      )}
    </>
  );
}

interface Holds {
  silenced_by: string[];
  inhibited_by: string[];
  routes: { muted?: { intervals: string[] } | null | undefined }[];
}

function Held({ found }: { found: Holds }) {
  const muted = found.routes.flatMap((route) => route.muted?.intervals ?? []);
  if (found.silenced_by.length + found.inhibited_by.length + muted.length === 0)
    return 'By nothing';
  return (
    <>
      {found.silenced_by.map((id) => (
        <div key={id}>
          By{' '}
          <Link to="/silences/$id" params={{ id }}>
            a silence
          </Link>
        </div>
      ))}
      {found.inhibited_by.length > 0 && (
        <div>By {count(found.inhibited_by.length, 'alert')} that inhibits it</div>
      )}
      {muted.length > 0 && <div>By the time interval {muted.join(', ')}</div>}
    </>
  );
}
