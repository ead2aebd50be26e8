import { useQuery } from '@tanstack/react-query';

import { clocks, type IncidentClocks } from '../../api';
import { words } from '../../kit/words';
import { absolute } from '../../ui/clock';

/** What contracts an incident exposes, in one line beside its priority; nothing without any. */
export function useExposure(id: string): string | undefined {
  const found = useQuery(clocks.ofIncident(id)).data;
  return found && exposure(found);
}

/** `Ticket sales; next due: Respond, 05 Jun 2026, 14:05:00 CEST`. */
export function exposure(found: Pick<IncidentClocks, 'contracts' | 'clocks'>): string | undefined {
  const covered = found.contracts.filter((touched) => touched.scope !== 'outside');
  if (covered.length === 0) return undefined;
  const titles = covered.map((touched) => touched.title).join(', ');
  const next = found.clocks.find(
    (clock) => clock.due_at && ['running', 'overdue', 'not_started'].includes(clock.state),
  );
  if (!next?.due_at) return titles;
  const what = next.state === 'overdue' ? 'missed' : 'next due';
  return `${titles}; ${what}: ${words(next.clock)}, ${absolute(next.due_at)}`;
}
