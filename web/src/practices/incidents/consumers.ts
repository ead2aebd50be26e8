import type { IncidentClocks } from '../../api';

type Touched = Pick<
  IncidentClocks['contracts'][number],
  'contract' | 'title' | 'consumer' | 'scope'
>;

/** A consumer that is hit, and the contracts that promise otherwise. */
export interface Hit {
  consumer: string;
  contracts: { contract: string; title: string }[];
}

/** Who is hit by what contracts cover, each once. */
export function hitBy(touched: Touched[]): Hit[] {
  const hits = new Map<string, Hit>();
  for (const { consumer, contract, title, scope } of touched) {
    if (!consumer || scope === 'outside') continue;
    const hit = hits.get(consumer) ?? { consumer, contracts: [] };
    hit.contracts.push({ contract, title });
    hits.set(consumer, hit);
  }
  return [...hits.values()];
}
