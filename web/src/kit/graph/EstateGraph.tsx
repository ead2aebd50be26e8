import '@xyflow/react/dist/style.css';

import { Skeleton, useComputedColorScheme } from '@mantine/core';
import {
  Background,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  useReactFlow,
  ReactFlowProvider,
} from '@xyflow/react';
import { useEffect, useMemo, useState } from 'react';

import type { Graph, GraphNode } from '../../api';
import { KindIcon, kindWord } from '../ItemLink';
import { Failure } from '../QueryState';
import { itemName, stateWord } from '../words';
import styles from './graph.module.css';
import { layOut, NODE_HEIGHT, NODE_WIDTH, type Places } from './layout';

interface Props {
  graph: Graph;
  /** Where the trouble began. */
  roots: string[];
  /** Items to be seen clearly while the rest steps back; null for all. */
  lit: ReadonlySet<string> | null;
  selected?: string | null;
  pick?: (item: string | null) => void;
  label: string;
}

type Data = { item: GraphNode; root: boolean; dim: boolean; selected: boolean };
type ItemNode = Node<Data, 'item'>;

/** The estate as a map: states in colour and word, dependencies from left to right. */
export default function EstateGraph(props: Props) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ graph, roots, lit, selected = null, pick, label }: Props) {
  const scheme = useComputedColorScheme('light');
  const [places, setPlaces] = useState<Places | null>(null);
  const [error, setError] = useState<unknown>(null);
  const flow = useReactFlow();

  // The shape, without states: a state change must not move the map under the reader.
  const shape = useMemo(() => shapeOf(graph), [graph]);
  useEffect(() => {
    let current = true;
    layOut(graph).then(
      (laid) => {
        if (!current) return;
        setPlaces(laid);
      },
      (failure: unknown) => {
        if (current) setError(failure);
      },
    );
    return () => {
      current = false;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only a new shape needs new places
  }, [shape, flow]);

  // What the reader asked about is brought into view, large enough to read; otherwise all of it.
  const frame = useMemo(() => framed(places, lit), [places, lit]);
  useEffect(() => {
    if (places) requestAnimationFrame(() => void flow.fitView({ ...frame, duration: 250 }));
  }, [places, frame, flow]);

  const nodes = useMemo(
    () => (places ? drawNodes(graph, places, roots, lit, selected) : []),
    [graph, places, roots, lit, selected],
  );
  const edges = useMemo(() => drawEdges(graph, lit), [graph, lit]);

  if (error) return <Failure error={error} />;
  if (!places) return <Skeleton height="100%" />;
  return (
    <div className={styles.canvas} role="group" aria-label={label}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        colorMode={scheme}
        fitView
        fitViewOptions={frame}
        minZoom={0.08}
        maxZoom={1.8}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        elementsSelectable={Boolean(pick)}
        onNodeClick={(_, node) => pick?.(node.id)}
        onPaneClick={() => pick?.(null)}
        onSelectionChange={({ nodes: chosen }) => {
          // Enter on a focused node selects it: the keyboard's click.
          const first = chosen[0];
          if (first && first.id !== selected) pick?.(first.id);
        }}
        preventScrolling={Boolean(pick)}
        zoomOnScroll={Boolean(pick)}
        onlyRenderVisibleElements={graph.nodes.length > 150}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={22} size={1} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function ItemBox({ data }: NodeProps<ItemNode>) {
  const { item } = data;
  const state = item.state ?? 'unknown';
  return (
    <div
      className={styles.node}
      data-state={state}
      data-root={data.root}
      data-dim={data.dim}
      data-selected={data.selected}
    >
      <Handle type="target" position={Position.Left} className={styles.handle ?? ''} />
      <KindIcon kind={item.kind} size={17} />
      <div style={{ minWidth: 0 }}>
        <div className={styles.name}>{item.title || itemName(item.id)}</div>
        <div className={styles.kind}>
          {kindWord(item.kind)} · {stateWord[state].toLowerCase()}
        </div>
      </div>
      <Handle type="source" position={Position.Right} className={styles.handle ?? ''} />
    </div>
  );
}

const nodeTypes = { item: ItemBox };

function framed(places: Places | null, lit: ReadonlySet<string> | null) {
  const shown = places && lit ? [...lit].filter((id) => places.has(id)) : [];
  return shown.length > 0
    ? { padding: 0.2, maxZoom: 1, nodes: shown.map((id) => ({ id })) }
    : { padding: 0.12, maxZoom: 1.1 };
}

function shapeOf(graph: Graph): string {
  return `${graph.nodes.map((node) => node.id).join()}|${graph.edges
    .map((edge) => `${edge.from}>${edge.to}`)
    .join()}`;
}

function drawNodes(
  graph: Graph,
  places: Places,
  roots: string[],
  lit: ReadonlySet<string> | null,
  selected: string | null,
): ItemNode[] {
  return graph.nodes.flatMap((item) => {
    const position = places.get(item.id);
    if (!position) return [];
    const node: ItemNode = {
      id: item.id,
      type: 'item',
      position,
      width: NODE_WIDTH,
      height: NODE_HEIGHT,
      ariaLabel: `${kindWord(item.kind)} ${item.title || itemName(item.id)}, ${stateWord[item.state ?? 'unknown']}`,
      data: {
        item,
        root: roots.includes(item.id),
        dim: lit !== null && !lit.has(item.id),
        selected: item.id === selected,
      },
    };
    return [node];
  });
}

function drawEdges(graph: Graph, lit: ReadonlySet<string> | null): Edge[] {
  const known = new Set(graph.nodes.map((node) => node.id));
  return graph.edges
    .filter((edge) => known.has(edge.from) && known.has(edge.to))
    .map((edge, index) => {
      const bright = lit !== null && lit.has(edge.from) && lit.has(edge.to);
      const color = bright ? 'var(--op-accent)' : 'var(--op-border-strong)';
      const redundant = edge.type === 'redundant_with' || Boolean(edge.group);
      return {
        id: `${edge.from}>${edge.to}>${index}`,
        source: edge.from,
        target: edge.to,
        focusable: false,
        style: {
          stroke: color,
          strokeWidth: bright ? 2 : 1.2,
          opacity: lit !== null && !bright ? 0.2 : 1,
          ...(redundant ? { strokeDasharray: '5 4' } : {}),
        },
        markerEnd: { type: MarkerType.ArrowClosed, color, width: 14, height: 14 },
      };
    });
}
