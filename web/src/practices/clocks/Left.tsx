import { useCallback } from 'react';

import type { ContractClock } from '../../api';
import { duration, useTicking } from '../../ui/clock';
import styles from './clocks.module.css';
import { leftInWords } from './left';

export type Tone = 'bad' | 'warn' | 'good' | 'still' | 'plain';

/** How urgent a clock is, by its state and by how much of its time has gone. */
export function toneOf(clock: Pick<ContractClock, 'state' | 'share'>): Tone {
  switch (clock.state) {
    case 'overdue':
    case 'missed':
      return 'bad';
    case 'met':
      return 'good';
    case 'paused':
    case 'dropped':
    case 'not_started':
      return 'still';
    case 'running':
      return (clock.share ?? 0) >= 75 ? 'warn' : 'plain';
  }
}

/** What is left of a clock, which ticks while it counts; afterwards the verdict. */
export function Left({ clock, answered }: { clock: ContractClock; answered: string }) {
  const time = Date.parse(answered);
  const text = useTicking(
    useCallback((now: number) => leftInWords(clock, time, now), [clock, time]),
  );
  return (
    <span className={styles.left} data-tone={toneOf(clock)}>
      {verdict(clock) ?? text}
    </span>
  );
}

function verdict(clock: ContractClock): string | undefined {
  const { run, state } = clock;
  if (run && (state === 'met' || state === 'missed')) {
    return `${state === 'met' ? 'Met' : 'Missed'}: ${duration(run.elapsed_seconds)}`;
  }
  if (state === 'dropped') return 'Counts no more';
  if (state === 'paused') {
    const left = clock.remaining_seconds;
    return typeof left === 'number' ? `Paused, ${duration(left)} left` : 'Paused';
  }
  return undefined;
}
