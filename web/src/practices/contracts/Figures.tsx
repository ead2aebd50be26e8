import type { ReactNode } from 'react';

import type { ComplianceFigures, PerformanceFigures } from '../../api';
import { absolute } from '../../ui/clock';
import styles from './contracts.module.css';
import { percent, span } from './say';

/** The figures of a period at a glance. */
export function FigureTiles({ figures }: { figures: ComplianceFigures }) {
  const unknown = figures.unknown_percent ?? 0;
  return (
    <dl className={styles.tiles}>
      <Tile name="Reached" value={percent(figures.measured_percent)}>
        {unknown > 0
          ? `of the ${percent(100 - unknown)} that is known; ` +
            `${percent(figures.pessimistic_percent)} to ${percent(figures.optimistic_percent)} of all`
          : `of ${span(figures.agreed_seconds)} agreed so far`}
      </Tile>
      <Tile name="Promised" value={percent(figures.target_percent)}>
        {figures.parts.length > 1
          ? `weighed over ${figures.parts.length} parts of the period`
          : `of ${span(figures.agreed_whole_seconds)} in the whole period`}
      </Tile>
      <Tile name="Down" value={span(figures.down_seconds)}>
        {`${span(figures.allowance_seconds)} are allowed, ${span(figures.left_seconds)} left`}
      </Tile>
      <Tile name="Failures" value={String(figures.reliability.failures)}>
        {figures.reliability.failures === 0
          ? 'none that cost service time'
          : `${span(figures.reliability.mtrs_seconds)} to restore` +
            (figures.reliability.low_confidence ? ', from this one alone' : ' on average')}
      </Tile>
    </dl>
  );
}

function Tile({ name, value, children }: { name: string; value: string; children: ReactNode }) {
  return (
    <div className={styles.tile}>
      <dt>{name}</dt>
      <dd>
        <span className={styles.big}>{value}</span>
        <span className={styles.sub}>{children}</span>
      </dd>
    </div>
  );
}

/** The rest of the figures, as rows of a table of facts. */
export function restOf(figures: ComplianceFigures): [string, ReactNode][] {
  const { reliability } = figures;
  const none = reliability.failures === 0;
  return [
    ['From', absolute(figures.period.from)],
    ['Until', absolute(figures.period.until)],
    ['Agreed service time', span(figures.agreed_seconds)],
    ['Maintenance, no service time', span(figures.exempt_seconds)],
    ['Unknown', span(figures.unknown_seconds)],
    [
      'Mean time between failures',
      none
        ? `more than ${span(figures.agreed_seconds - figures.unknown_seconds)}`
        : span(reliability.mtbf_seconds) +
          (reliability.low_confidence ? ', from a single failure: low confidence' : ''),
    ],
    [
      'Last failure began',
      reliability.last_failure_at ? absolute(reliability.last_failure_at) : null,
    ],
    ...(figures.performance ?? []).flatMap((line) => cycles(line)),
    ['Mean time to restore', none ? null : span(reliability.mtrs_seconds)],
    [
      'Longest without a failure',
      typeof reliability.failure_free_required_seconds === 'number'
        ? `${span(reliability.failure_free_seconds)} of ${span(reliability.failure_free_required_seconds)} required`
        : span(reliability.failure_free_seconds),
    ],
    [
      'By users',
      typeof figures.by_users_percent === 'number'
        ? `${percent(figures.by_users_percent)}, ${Math.round(figures.user_minutes_lost ?? 0).toLocaleString('en-GB')} user minutes lost`
        : null,
    ],
    ['Given back', figures.credit_percent > 0 ? `${figures.credit_percent} % of the fee` : null],
    ['Allowance used up', figures.missed_at ? absolute(figures.missed_at) : null],
  ];
}

/** Failures by cycle, where cycles are counted. */
function cycles(line: PerformanceFigures): [string, ReactNode][] {
  if (!line.cycle || line.total === 0) return [];
  const number = (value: number) =>
    value.toLocaleString('en-GB', { maximumFractionDigits: value < 100 ? 1 : 0 });
  const per = line.cycles_per_failure;
  const told = `${number(line.bad)} of ${number(line.total)} failed`;
  return [
    [`By ${line.cycle}`, typeof per === 'number' ? `${told}: one failure in ${number(per)}` : told],
  ];
}
