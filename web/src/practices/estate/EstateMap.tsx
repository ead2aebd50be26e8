import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';

import { estate, type Graph } from '../../api';
import { Loaded } from '../../kit/QueryState';
import { count } from '../../kit/words';
import { EmptyState } from '../../ui/States';
import styles from './estate.module.css';
import type { EstateSearch } from './EstatePage';
import { Selected } from './Selected';

const EstateGraph = lazy(() => import('../../kit/graph/EstateGraph'));

/** More than this cannot be read on a screen, whatever the machine can draw. */
const READABLE = 400;
const NONE: string[] = [];

/** The map; a click on an item shows what it reaches. */
export function EstateMap({ search }: { search: EstateSearch }) {
  const query = useQuery(estate.graph());
  return (
    <Loaded query={query} rows={10}>
      {(graph) => <Drawn graph={graph} search={search} />}
    </Loaded>
  );
}

function Drawn({ graph, search }: { graph: Graph; search: EstateSearch }) {
  const navigate = useNavigate({ from: '/estate' });
  const direction = search.direction === 'upstream' ? 'upstream' : 'impact';
  const item = search.item ?? null;
  const reach = useQuery({
    ...(direction === 'upstream' ? estate.upstream(item ?? '') : estate.impact(item ?? '')),
    enabled: item !== null,
  });
  const lit = useMemo(
    () =>
      item === null ? null : new Set([item, ...(reach.data?.hits.map((hit) => hit.item) ?? [])]),
    [item, reach.data],
  );
  const part = useMemo(() => select(graph, search), [graph, search]);
  const set = (change: Partial<EstateSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });

  if (graph.nodes.length === 0) {
    return (
      <EmptyState title="The estate is empty">
        Write what you operate as YAML files and run <code>operate apply -f DIR</code>, or{' '}
        <Link to="/estate/new">add the first item here</Link>. With it Operate knows whom an alert
        hits and whom to call.
      </EmptyState>
    );
  }
  if (part.nodes.length === 0) {
    return <EmptyState title="Nothing of that kind, team or name is on the map" />;
  }
  if (part.nodes.length > READABLE) {
    return (
      <EmptyState title={`${count(part.nodes.length, 'item')} are too many for one picture`}>
        Choose a team or a kind, search for a name, or use the list.
      </EmptyState>
    );
  }
  const selected = item === null ? undefined : graph.nodes.find((node) => node.id === item);
  return (
    <div className={styles.board} data-open={selected !== undefined}>
      <div className={styles.map}>
        <Suspense fallback={<Skeleton height="100%" />}>
          <EstateGraph
            graph={part}
            roots={NONE}
            lit={lit}
            selected={item}
            pick={(next) => set({ item: next ?? '' })}
            label={`Map of ${count(part.nodes.length, 'item')}`}
          />
        </Suspense>
      </div>
      {selected && (
        <Selected
          node={selected}
          reach={reach}
          direction={direction}
          turn={(next) => set({ direction: next })}
          close={() => set({ item: '' })}
        />
      )}
    </div>
  );
}

/** What the filters leave; with a name, also the neighbours of what was found. */
function select(graph: Graph, search: EstateSearch): Graph {
  const q = search.q?.toLowerCase();
  const passes = graph.nodes.filter(
    (node) =>
      (!search.kind || node.kind === search.kind) &&
      (!search.team || node.team === search.team) &&
      (!search.department || node.department === search.department),
  );
  const found = new Set(
    passes
      .filter(
        (node) => !q || node.id.toLowerCase().includes(q) || node.title.toLowerCase().includes(q),
      )
      .map((node) => node.id),
  );
  const keep = new Set(found);
  if (q) {
    for (const edge of graph.edges) {
      if (found.has(edge.from)) keep.add(edge.to);
      if (found.has(edge.to)) keep.add(edge.from);
    }
  }
  return {
    nodes: graph.nodes.filter((node) => keep.has(node.id)),
    edges: graph.edges.filter((edge) => keep.has(edge.from) && keep.has(edge.to)),
  };
}
