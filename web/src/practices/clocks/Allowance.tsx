import { useCallback } from 'react';

import type { IncidentAllowance } from '../../api';
import { dated, relative, useTicking } from '../../ui/clock';
import { percent, span, verdictWord } from '../contracts/say';
import styles from './clocks.module.css';

/** What an incident took of what a contract allows: so far, what is left, and the verdict. */
export function Allowance({ took }: { took: IncidentAllowance }) {
  return (
    <div className={styles.allowance}>
      <div className={styles.figures}>
        <span>
          {took.promise}: {took.counted_seconds > 0 ? span(took.counted_seconds) : 'nothing'} of
          this incident {took.ongoing ? 'counts so far' : 'counts'} in {took.period.name}
        </span>
        <span className={styles.left} data-tone={toneOf(took)}>
          {left(took)}
        </span>
      </div>
      <div className={styles.sub}>
        {took.ongoing && took.next?.crosses_at ? (
          <Boundary next={took.next} at={took.next.crosses_at} />
        ) : (
          sentence(took.because)
        )}
        {took.verdict !== 'running' && ` ${took.period.name}: ${verdictWord[took.verdict]}.`}
      </div>
    </div>
  );
}

type Next = NonNullable<IncidentAllowance['next']>;

/** The next share below which something follows, and how soon. */
function Boundary({ next, at }: { next: Next; at: string }) {
  const time = Date.parse(at);
  const when = useTicking(useCallback((now: number) => relative(time, now), [time]));
  const follows =
    typeof next.credit_percent === 'number'
      ? `${next.credit_percent} % are given back`
      : 'the promise is broken';
  return (
    <>
      Below {percent(next.percent)} {follows}: <b>{when}</b> if it lasts, at {dated(at)}.
    </>
  );
}

function toneOf(took: IncidentAllowance) {
  const rest = took.left_seconds ?? 0;
  if (rest <= 0) return 'bad';
  return took.ongoing ? 'warn' : 'good';
}

function left(took: IncidentAllowance): string {
  const rest = took.left_seconds ?? 0;
  if (rest < 0) return `${span(-rest)} more than allowed`;
  return `${span(rest)} of ${span(took.allowance_seconds)} left`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
