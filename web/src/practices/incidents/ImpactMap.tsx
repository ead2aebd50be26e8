import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';

import { estate, type Graph, type Impact, type Incident, incidents } from '../../api';
import { Loaded } from '../../kit/QueryState';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import styles from './incidents.module.css';

const EstateGraph = lazy(() => import('../../kit/graph/EstateGraph'));

/** The part of the estate that this incident touches, drawn on request. */
export function ImpactMap({ incident }: { incident: Incident }) {
  const [shown, setShown] = useState(() => window.innerWidth > 1024);
  if (incident.items.length === 0) return null;
  return (
    <Panel
      title="Impact map"
      flush
      actions={
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => setShown(!shown)}
          aria-expanded={shown}
        >
          {shown ? 'Hide' : 'Show'}
        </Button>
      }
    >
      {shown && <Drawn incident={incident} />}
    </Panel>
  );
}

function Drawn({ incident }: { incident: Incident }) {
  const impact = useQuery(incidents.impact(incident.id));
  const graph = useQuery(estate.graph());
  return (
    <Loaded query={impact} rows={4}>
      {(hits) => (
        <Loaded query={graph} rows={4}>
          {(all) => <Map graph={all} impact={hits} incident={incident} />}
        </Loaded>
      )}
    </Loaded>
  );
}

function Map({ graph, impact, incident }: { graph: Graph; impact: Impact; incident: Incident }) {
  const part = useMemo(() => {
    const wanted = new Set([...incident.items, impact.root, ...impact.hits.map((hit) => hit.item)]);
    return {
      nodes: graph.nodes.filter((node) => wanted.has(node.id)),
      edges: graph.edges.filter((edge) => wanted.has(edge.from) && wanted.has(edge.to)),
    };
  }, [graph, impact, incident.items]);
  if (part.nodes.length === 0) {
    return <EmptyState title="The items of this incident are not in the estate" />;
  }
  return (
    <div className={styles.map}>
      <Suspense fallback={<Skeleton height="100%" />}>
        <EstateGraph
          graph={part}
          roots={incident.main_item ? [incident.main_item] : incident.items}
          lit={null}
          label={`Items that incident ${incident.number} touches`}
        />
      </Suspense>
    </div>
  );
}
