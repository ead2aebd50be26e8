import type { ContractRow, ContractVerdict, Outlook, PeriodBar } from '../../api';
import { StateWord } from '../../kit/Badges';
import styles from './contracts.module.css';
import { outlookTone, outlookWord, percent, span, verdictTone, verdictWord } from './say';

/** Whether a promise was kept. */
export function VerdictMark({ verdict }: { verdict: ContractVerdict }) {
  return <StateWord state={verdictWord[verdict]} tone={verdictTone[verdict]} />;
}

/** How a period will end. */
export function OutlookMark({ outlook }: { outlook: Outlook }) {
  return <StateWord state={outlookWord[outlook]} tone={outlookTone[outlook]} />;
}

/** How a contract stands: its outlook, or where it is in its life. */
export function NowMark({ row }: { row: ContractRow }) {
  if (row.away_since) return <StateWord state="Down now" tone="bad" />;
  if (row.outlook) return <OutlookMark outlook={row.outlook} />;
  return <StateWord state={row.state} tone="none" />;
}

/** How much of an allowance is left, as a bar. */
export function AllowanceBar({ bar }: { bar: PeriodBar }) {
  const { allowance_seconds: allowance, left_seconds: left } = bar;
  if (typeof allowance !== 'number' || typeof left !== 'number') return <span>–</span>;
  const share = allowance > 0 ? Math.max(0, Math.min(1, left / allowance)) : left < 0 ? 0 : 1;
  const tone = left < 0 ? 'bad' : share < 0.25 ? 'warn' : 'good';
  return (
    <div className={styles.allowance}>
      <div className={styles.track} aria-hidden>
        <div className={styles.fill} data-tone={tone} style={{ width: `${share * 100}%` }} />
      </div>
      <span className={styles.sub}>
        {span(left)} of {span(allowance)} left
      </span>
    </div>
  );
}

/** Past periods as small bars, the oldest first: how much of each allowance was used. */
export function Trend({ bars }: { bars: PeriodBar[] }) {
  if (bars.length === 0) return <span className={styles.sub}>No period is over yet</span>;
  const told = bars.map((bar) => `${bar.period.name} ${verdictWord[bar.verdict].toLowerCase()}`);
  return (
    <div className={styles.trend} role="img" aria-label={`Past periods: ${told.join(', ')}`}>
      {bars.map((bar) => (
        <span
          key={bar.period.name}
          data-verdict={bar.verdict}
          style={{ height: `${height(bar)}%` }}
          title={`${bar.period.name}: ${verdictWord[bar.verdict]}, ${percent(bar.measured_percent)}`}
        />
      ))}
    </div>
  );
}

function height(bar: PeriodBar): number {
  const allowance = bar.allowance_seconds ?? 0;
  if (bar.verdict === 'not_applicable' || allowance <= 0) return 12;
  return Math.max(12, Math.min(100, (bar.down_seconds / allowance) * 70));
}
