import type { Edge } from '../../api';

export interface Needed {
  /** What is said of the group; nothing of what is needed by itself. */
  title: string | null;
  edges: Edge[];
}

/** What an item needs: first each by itself, then what stands in for each other. */
export function needed(edges: readonly Edge[]): Needed[] {
  const groups = new Map<string | null, Edge[]>();
  for (const edge of edges) {
    const key = typeof edge.need === 'number' ? `${edge.need} ${edge.group ?? ''}` : null;
    groups.set(key, [...(groups.get(key) ?? []), edge]);
  }
  return [...groups.values()]
    .map((own) => ({ title: groupTitle(own), edges: own }))
    .sort((a, b) => Number(a.title !== null) - Number(b.title !== null));
}

function groupTitle(edges: Edge[]): string | null {
  const need = edges[0]?.need;
  if (typeof need !== 'number') return null;
  const verb = need === 1 ? 'is' : 'are';
  const name = edges[0]?.group;
  // Groups without a name cannot be told apart, so how many are in each is not known.
  return name
    ? `Group ${name}: ${need} of ${edges.length} ${verb} needed`
    : `Of a group without a name ${need} ${verb} needed`;
}
