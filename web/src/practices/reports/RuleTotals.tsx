import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { RulesReport } from '../../api';
import { count } from '../../kit/words';
import { chosen, type Chosen } from './order';
import styles from './reports.module.css';
import { percent, type Time } from './Rules';

interface Props {
  report: RulesReport;
  time: Time;
  show: Chosen | null;
  choose: (name: Chosen) => void;
}

/** From what came in to whom it reached, and which rules to look at first. */
export function RuleTotals({ report, time, show, choose }: Props) {
  const { totals } = report;
  const rules = (name: Chosen) => report.rules.filter(chosen[name].holds).length;
  const idle = report.rules.reduce((sum, rule) => sum + rule.without_action, 0);
  const below: Record<Chosen, string> = {
    never: `${count(totals.never_acknowledged, 'firing')}, ${percent(totals.never_acknowledged_share)} of all`,
    idle: count(idle, 'firing'),
    flapping: 'more than 2 changes of one alert within an hour',
    offenders: 'the same alert fired more than once',
    noise: `${count(report.noise_votes, 'vote')} “not useful” or more, not tuned yet`,
  };
  return (
    <>
      <ol className={styles.funnel} aria-label="From signals to people">
        <Step title="Signals" value={totals.signals} sub="taken in, repeated ones too" />
        <Step
          title="Firings"
          value={
            <Link to="/alerts/history" search={{ ...time }}>
              {totals.fired.toLocaleString('en-GB')}
            </Link>
          }
          sub={`of ${count(totals.alerts, 'alert')}${shareOf(totals.fired_share)}`}
        />
        <Step
          title="Groups notified"
          value={totals.groups_notified}
          sub={`receivers told${shareOf(totals.groups_share)}`}
        />
        <Step
          title="Incidents"
          value={
            <Link to="/incidents" search={{ ...time, open: 'all' }}>
              {totals.incidents.toLocaleString('en-GB')}
            </Link>
          }
          sub="opened"
        />
        <Step
          title="Pages"
          value={totals.pages}
          sub={`people called${shareOf(totals.pages_share)}`}
        />
      </ol>
      <div className={styles.choices} role="group" aria-label="Which rules">
        {(Object.keys(below) as Chosen[]).map((name) => (
          <button
            key={name}
            type="button"
            className={styles.figure}
            aria-pressed={show === name}
            onClick={() => choose(name)}
          >
            <div className={styles.figureTitle}>{chosen[name].label}</div>
            <div className={styles.figureBig}>{count(rules(name), 'rule')}</div>
            <div className={styles.figureSub}>{below[name]}</div>
          </button>
        ))}
      </div>
    </>
  );
}

function shareOf(share: number | null | undefined): string {
  return typeof share === 'number' ? `, ${percent(share)} of signals` : '';
}

function Step({ title, value, sub }: { title: string; value: ReactNode; sub: string }) {
  return (
    <li className={styles.step}>
      <div className={styles.figureTitle}>{title}</div>
      <div className={styles.figureBig}>
        {typeof value === 'number' ? value.toLocaleString('en-GB') : value}
      </div>
      <div className={styles.figureSub}>{sub}</div>
    </li>
  );
}
