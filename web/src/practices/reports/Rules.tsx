import { Link } from '@tanstack/react-router';

import type { RuleReport } from '../../api';
import { SimpleTable } from '../../kit/SimpleTable';
import { itemName } from '../../kit/words';
import { duration } from '../../ui/clock';
import { NoiseMark } from '../tuning/NoiseMark';
import styles from './reports.module.css';

/** The time that a report is about. */
export interface Time {
  from: string;
  to: string;
}

/** A share in words: `12 %`, `0.4 %`, `–` where there is none. */
export function percent(share: number | null | undefined): string {
  if (typeof share !== 'number') return '–';
  const hundred = share * 100;
  if (hundred > 0 && hundred < 0.1) return '< 0.1 %';
  return `${hundred.toLocaleString('en-GB', { maximumFractionDigits: hundred < 10 ? 1 : 0 })} %`;
}

interface Props {
  rules: RuleReport[];
  time: Time;
  sort: string;
  onSort: (sort: string) => void;
}

/** Every rule with its figures; each figure opens the alerts behind it. */
export function Rules({ rules, time, sort, onSort }: Props) {
  const behind = (rule: RuleReport) => ({ ...time, name: rule.name, source: rule.source });
  return (
    <SimpleTable
      label="Rules"
      rows={rules}
      rowKey={(rule) => `${rule.source} ${rule.name}`}
      sort={sort}
      onSort={onSort}
      columns={[
        {
          header: 'Rule',
          sort: 'name',
          cell: (rule) => (
            <div>
              <Link to="/alerts/history" search={behind(rule)}>
                {rule.name}
              </Link>
              <div className={styles.sub}>{rule.source}</div>
            </div>
          ),
        },
        {
          header: 'Fired',
          sort: 'fired',
          align: 'end',
          cell: (rule) => (
            <div>
              <b>{rule.fired.toLocaleString('en-GB')}</b>{' '}
              <span className={styles.sub}>{percent(rule.fired_share)}</span>
            </div>
          ),
        },
        { header: 'Alerts', sort: 'sets', align: 'end', cell: (rule) => rule.label_sets },
        {
          header: 'Never looked at',
          sort: 'never',
          align: 'end',
          cell: (rule) =>
            rule.never_acknowledged === 0 ? (
              '0'
            ) : (
              <Link to="/alerts/history" search={{ ...behind(rule), acknowledged: 'false' }}>
                {rule.never_acknowledged} ({percent(rule.never_acknowledged_share)})
              </Link>
            ),
        },
        {
          header: 'No action',
          sort: 'idle',
          align: 'end',
          cell: (rule) =>
            rule.over === 0
              ? '–'
              : `${rule.without_action} (${percent(rule.without_action_share)})`,
        },
        {
          header: 'Changes per hour',
          sort: 'flapping',
          align: 'end',
          cell: (rule) =>
            rule.flapping_alert ? (
              <Link to="/alerts/$id" params={{ id: rule.flapping_alert }}>
                {rule.changes_per_hour}
              </Link>
            ) : (
              '–'
            ),
        },
        {
          header: 'Median',
          sort: 'median',
          align: 'end',
          cell: (rule) =>
            typeof rule.median_seconds === 'number' ? duration(rule.median_seconds) : '–',
        },
        {
          header: 'Incidents',
          sort: 'incidents',
          align: 'end',
          cell: (rule) => <Incidents ids={rule.incidents} />,
        },
        { header: 'Groups', sort: 'groups', align: 'end', cell: (rule) => rule.groups_notified },
        { header: 'Fires again and again', cell: (rule) => <Offenders rule={rule} /> },
        { header: 'Not useful', sort: 'votes', cell: (rule) => <Votes rule={rule} /> },
      ]}
    />
  );
}

function Incidents({ ids }: { ids: string[] }) {
  const [first] = ids;
  if (first === undefined) return <>0</>;
  return (
    <Link to="/incidents/$id" params={{ id: first }} title="Opens the first of them">
      {ids.length}
    </Link>
  );
}

function Offenders({ rule }: { rule: RuleReport }) {
  if (rule.offenders.length === 0) return <>–</>;
  return (
    <div>
      {rule.offenders.slice(0, 2).map((offender) => (
        <div key={offender.alert}>
          <Link to="/alerts/$id" params={{ id: offender.alert }}>
            {offender.item ? itemName(offender.item) : 'no item'} × {offender.fired}
          </Link>
        </div>
      ))}
    </div>
  );
}

function Votes({ rule }: { rule: RuleReport }) {
  const { tuning } = rule;
  if (!tuning) return <>–</>;
  return (
    <span className={styles.votes}>
      <Link to="/tuning/$id" params={{ id: tuning.task }}>
        {tuning.votes} {tuning.open ? 'to tune' : 'done'}
      </Link>
      {tuning.noisy && <NoiseMark />}
    </span>
  );
}
