import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';

import { estate } from '../api';
import { itemName } from './words';

/** Names items by their titles, where an answer holds only what they are called in files. */
export function useTitles(): (item: string) => string {
  const graph = useQuery(estate.graph()).data;
  const titles = useMemo(
    () => new Map(graph?.nodes.map(({ id, title }) => [id, title === '' ? itemName(id) : title])),
    [graph],
  );
  return useCallback((item: string) => titles.get(item) ?? itemName(item), [titles]);
}

/** The same sentence with the titles of the items in it: `service/orders` reads `Orders`. */
export function withTitles(text: string, titles: (item: string) => string): string {
  return text.replace(/\b[a-z]+\/[a-z0-9][a-z0-9._-]*[a-z0-9]/g, titles);
}
