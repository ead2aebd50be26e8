import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { incidents } from '../../api';
import { PriorityBadge, StageBadge } from '../../kit/Badges';
import kit from '../../kit/kit.module.css';
import { count } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './incidents.module.css';
import type { PartProps } from './part';
import { PlacedCommand } from './PlacedCommand';

/** On what it hangs, and what hangs on it: what is resolved and closed together. */
export function Children({ incident, send, can }: PartProps) {
  const rows = useQuery(incidents.children(incident.id)).data?.items ?? [];
  const hang = can('set_parent');
  if (rows.length === 0 && !incident.parent && !hang) return null;
  const open = rows.filter((row) => row.phase !== 'done').length;
  return (
    <Panel
      title="Belongs together"
      count={open > 0 ? `${count(open, 'open incident')} will end with it` : undefined}
      actions={<PlacedCommand command={hang} send={send} />}
    >
      {incident.parent && (
        <div>
          Hangs on{' '}
          <Link to="/incidents/$id" params={{ id: incident.parent }}>
            another incident
          </Link>
          , and is resolved and closed with it.
        </div>
      )}
      {rows.length === 0 && !incident.parent && (
        <div className={styles.sub}>Nothing hangs on it, and it hangs on nothing.</div>
      )}
      <ul className={styles.tasks}>
        {rows.map((row) => (
          <li key={row.id}>
            <PriorityBadge priority={row.priority} />
            <Link
              to="/incidents/$id"
              params={{ id: row.id }}
              className={kit.rowLink}
              style={{ flex: 1 }}
            >
              #{row.number} {row.title}
            </Link>
            <StageBadge stage={row.stage} phase={row.phase} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
