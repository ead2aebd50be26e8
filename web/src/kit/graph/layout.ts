import ELK from 'elkjs/lib/elk-api';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';

import type { Graph } from '../../api';

export const NODE_WIDTH = 172;
export const NODE_HEIGHT = 46;

export type Places = Map<string, { x: number; y: number }>;

let engine: InstanceType<typeof ELK> | undefined;

/** Places the nodes in layers, what depends to the left of what it depends on. Runs in a worker. */
export async function layOut(graph: Graph): Promise<Places> {
  engine ??= new ELK({ workerUrl });
  const known = new Set(graph.nodes.map((node) => node.id));
  const laid = await engine.layout({
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.layered.spacing.nodeNodeBetweenLayers': '64',
      'elk.layered.spacing.edgeNodeBetweenLayers': '12',
      'elk.layered.spacing.edgeEdgeBetweenLayers': '6',
      'elk.spacing.edgeNode': '6',
      'elk.spacing.edgeEdge': '4',
      'elk.spacing.nodeNode': '14',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.layered.thoroughness': '12',
      'elk.separateConnectedComponents': 'true',
      'elk.spacing.componentComponent': '36',
      'elk.aspectRatio': '1.8',
    },
    children: graph.nodes.map((node) => ({ id: node.id, width: NODE_WIDTH, height: NODE_HEIGHT })),
    edges: graph.edges
      .filter(
        (edge) => known.has(edge.from) && known.has(edge.to) && edge.type !== 'redundant_with',
      )
      .map((edge, index) => ({ id: `e${index}`, sources: [edge.from], targets: [edge.to] })),
  });
  return new Map(
    (laid.children ?? []).map((node) => [node.id, { x: node.x ?? 0, y: node.y ?? 0 }]),
  );
}
