import { useQuery } from '@tanstack/react-query';

import { clocks, type ContractClock, type IncidentClocks } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { count, words } from '../../kit/words';
import { browserZone } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import { Allowance } from './Allowance';
import styles from './clocks.module.css';
import { wall } from './left';
import { Left, toneOf } from './Left';

const effects = {
  has_caused: 'Has caused a miss',
  may_cause: 'May cause a miss',
  none: 'Nothing missed',
} as const;

/** What contracts promise of this incident, how much of it is left, and afterwards the verdict. */
export function ContractClocks({ id }: { id: string }) {
  const found = useQuery(clocks.ofIncident(id)).data;
  if (!found || found.contracts.length + found.clocks.length === 0) return null;
  const missed = found.clocks.filter((clock) => toneOf(clock) === 'bad').length;
  const gone = found.clocks.filter(
    (clock) => !found.contracts.some((touched) => touched.contract === clock.contract),
  );
  const sum = missed > 0 ? `${missed} missed` : count(found.contracts.length, 'contract');
  return (
    <Panel title="Contract clocks" count={`${sum} · times in ${browserZone()}`}>
      {found.contracts.map((touched) => (
        <Contract key={touched.contract} touched={touched} found={found} />
      ))}
      {gone.length > 0 && <List shown={gone} answered={found.now} />}
    </Panel>
  );
}

function Contract({
  touched,
  found,
}: {
  touched: IncidentClocks['contracts'][number];
  found: IncidentClocks;
}) {
  const own = found.clocks.filter((clock) => clock.contract === touched.contract);
  return (
    <div className={styles.contract}>
      <div className={styles.head}>
        <h3>
          <ItemLink item={touched.contract} title={touched.title} />
        </h3>
        <span className={styles.effect} data-effect={touched.effect}>
          {touched.scope === 'outside' ? 'Not covered, best effort' : effects[touched.effect]}
        </span>
        {touched.scope === 'outside_as_inside' && (
          <span className={styles.effect}>Not covered, treated as if</span>
        )}
      </div>
      <div className={styles.sub}>Touched since {touched.because}.</div>
      {touched.availability && <Allowance took={touched.availability} />}
      {own.length > 0 && <List shown={own} answered={found.now} />}
    </div>
  );
}

function List({ shown, answered }: { shown: ContractClock[]; answered: string }) {
  return (
    <ul className={styles.clocks}>
      {shown.map((clock) => (
        <li key={`${clock.contract} ${clock.clock}`} className={styles.clock}>
          <span>{clock.promise}</span>
          <Left clock={clock} answered={answered} />
          <Bar clock={clock} />
          <span className={`${styles.sub} ${styles.under}`}>{under(clock)}</span>
        </li>
      ))}
    </ul>
  );
}

/** How much of the time has gone, with a mark at each warning. */
function Bar({ clock }: { clock: ContractClock }) {
  if (typeof clock.share !== 'number') return null;
  const share = Math.min(100, Math.max(0, clock.share));
  return (
    <div
      className={styles.bar}
      role="progressbar"
      aria-label={`${words(clock.clock)}: share of the time that has gone`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share}
      aria-valuetext={`${clock.share} %`}
    >
      <div className={styles.fill} data-tone={toneOf(clock)} style={{ width: `${share}%` }} />
      {clock.marks.map((mark) => (
        <span key={mark.share} className={styles.mark} style={{ left: `${mark.share}%` }} />
      ))}
    </div>
  );
}

function under(clock: ContractClock): string {
  const parts: string[] = [];
  if (clock.due_at) parts.push(`due ${wall(clock.due_at)}`);
  if (clock.note) parts.push(clock.note);
  if (clock.state === 'running' && !clock.open_now) parts.push('stands until working time begins');
  if (typeof clock.share === 'number') parts.push(`${clock.share} % used`);
  if (clock.earlier.length > 0) {
    const met = clock.earlier.filter((run) => run.met).length;
    parts.push(`${met} of ${count(clock.earlier.length, 'earlier round')} met`);
  }
  const text = parts.join(' · ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
