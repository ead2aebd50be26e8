import type { CoverageRow } from '../../api';

const ranks = ['low', 'normal', 'high', 'mission_critical'];

const values: Record<string, (row: CoverageRow) => string | number> = {
  item: (row) => row.title.toLowerCase(),
  team: (row) => row.team ?? '',
  criticality: (row) => ranks.indexOf(row.criticality),
  objectives: (row) => row.objectives.length,
  contracts: (row) => row.contracts.length + row.contracts_above.length,
};

/** Rows in the order that was asked for; what the business needs most comes first else. */
export function sorted(rows: CoverageRow[], sort = '-criticality'): CoverageRow[] {
  const value = values[sort.replace(/^-/, '')];
  if (!value) return rows;
  const sign = sort.startsWith('-') ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    if (one === other) return a.item.localeCompare(b.item);
    return one < other ? -sign : sign;
  });
}
