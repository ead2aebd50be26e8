import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { type Edge, estate, type EstateItemDetail } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { useTitles } from '../../kit/titles';
import { count, words } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './estate.module.css';
import { needed } from './relations';
import { Hits } from './Selected';

/** What an item needs, what needs it, and what is hit when it fails. */
export function Relations({ item }: { item: EstateItemDetail }) {
  const titles = useTitles();
  const { dependents } = item;
  return (
    <>
      <div className={styles.pair}>
        <Panel title="Depends on" count={item.depends_on.length || undefined}>
          {item.depends_on.length === 0 && <div className={styles.sub}>Nothing known.</div>}
          {needed(item.depends_on).map(({ title, edges }) => (
            <div key={title} className={styles.needed}>
              {title !== null && <h3>{title}</h3>}
              <Edges edges={edges} end="to" />
            </div>
          ))}
        </Panel>
        <Panel title="Depended on by" count={dependents.length || undefined}>
          {dependents.length === 0 && <div className={styles.sub}>Nothing known.</div>}
          <Edges edges={dependents} end="from" />
          {item.usecases.length > 0 && (
            <p className={styles.sub} style={{ margin: '8px 0 0' }}>
              Use cases: {item.usecases.map((hit) => titles(hit.item)).join(', ')}
            </p>
          )}
        </Panel>
      </div>
      <Reach item={item} />
    </>
  );
}

function Edges({ edges, end }: { edges: readonly Edge[]; end: 'from' | 'to' }) {
  const titles = useTitles();
  return (
    <ul className={styles.list}>
      {edges.map((edge) => (
        <li key={`${edge[end]}-${edge.type}`}>
          <ItemLink item={edge[end]} title={titles(edge[end])} />
          <span className={styles.sub}>{words(edge.type).toLowerCase()}</span>
        </li>
      ))}
    </ul>
  );
}

function Reach({ item }: { item: EstateItemDetail }) {
  const impact = useQuery(estate.impact(item.item));
  return (
    <Panel
      title="If it fails"
      count={impact.data ? `${count(impact.data.hits.length, 'item')} hit` : undefined}
      actions={
        <Anchor component={Link} to={`/estate?view=map&item=${item.item}`} fz="sm">
          Show on the map
        </Anchor>
      }
    >
      <Loaded query={impact} rows={3}>
        {(hits) => <Hits impact={hits} direction="impact" />}
      </Loaded>
    </Panel>
  );
}
