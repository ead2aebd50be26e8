import { Link } from '@tanstack/react-router';

import type { ReportMonth } from '../../api';
import { PriorityBadge } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import { figureText } from '../../kit/period';
import { type SimpleColumn, SimpleTable } from '../../kit/SimpleTable';
import { actorName, words } from '../../kit/words';
import { absolute, duration } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { Lines } from '../contracts/Lines';
import { VerdictMark } from '../contracts/Marks';
import { Performance } from '../contracts/Performance';
import { bare, percent, span } from '../contracts/say';

interface Part {
  month: ReportMonth;
}

interface ListedProps<Row> {
  title: string;
  count: number;
  /** What is said where there is nothing to list. */
  none: string;
  /** Why nothing is told of it. */
  why?: string | null | undefined;
  label: string;
  rows: Row[];
  rowKey: (row: Row) => string;
  columns: SimpleColumn<Row>[];
}

/** A part of the month that is a list. */
function Listed<Row>({ title, count, none, why, ...table }: ListedProps<Row>) {
  return (
    <Panel title={title} count={count || undefined} flush>
      {why ? (
        <EmptyState title="Left out">{why}</EmptyState>
      ) : table.rows.length === 0 ? (
        <EmptyState title={none} />
      ) : (
        <SimpleTable {...table} />
      )}
    </Panel>
  );
}

/** How long things took, with how many incidents stand behind each figure. */
export function Times({ month }: Part) {
  return (
    <Panel title="How long it took" flush>
      <SimpleTable
        label="Times of the month"
        rows={month.times.figures}
        rowKey={(figure) => figure.name}
        columns={[
          { header: 'Time', cell: (figure) => figure.title },
          { header: 'Incidents', align: 'end', cell: (figure) => figure.n },
          { header: 'Left out', align: 'end', cell: (figure) => figure.excluded.length },
          {
            header: 'Mean',
            align: 'end',
            cell: (figure) => figureText(figure.mean_seconds, duration),
          },
          {
            header: 'Median',
            align: 'end',
            cell: (figure) => figureText(figure.median_seconds, duration),
          },
          {
            header: '90 %',
            align: 'end',
            cell: (figure) => figureText(figure.p90_seconds, duration),
          },
        ]}
      />
    </Panel>
  );
}

/** The incidents of priority P1 or P2, or declared major. */
export function Major({ month }: Part) {
  return (
    <Listed
      title="Major incidents (P1, P2 or declared)"
      count={month.major.length}
      none="There was none"
      label="Major incidents"
      rows={month.major}
      rowKey={(major) => major.incident}
      columns={[
        {
          header: 'Incident',
          cell: (major) => (
            <>
              <PriorityBadge priority={major.priority} />{' '}
              <Link to="/incidents/$id" params={{ id: major.incident }}>
                #{major.number} {major.title}
              </Link>
            </>
          ),
        },
        {
          header: 'Item',
          cell: (major) => (major.main_item ? <ItemLink item={major.main_item} /> : '–'),
        },
        { header: 'Opened', cell: (major) => absolute(major.opened_at) },
        {
          header: 'To restore',
          align: 'end',
          cell: (major) =>
            major.restored_at ? figureText(major.restore_seconds, duration) : 'Not yet',
        },
        {
          header: 'Cause',
          cell: (major) => (major.cause_class ? words(major.cause_class) : '–'),
        },
        {
          header: 'Declared',
          cell: (major) => (major.declared_at ? absolute(major.declared_at) : '–'),
        },
        {
          header: 'Reviewed',
          cell: (major) => {
            if (major.reviewed_at) return absolute(major.reviewed_at);
            return major.declared_at ? 'Not yet' : '–';
          },
        },
      ]}
    />
  );
}

/** What contracts promised, and what was kept. */
export function Contracts({ month }: Part) {
  return (
    <Listed
      title="Contracts"
      count={month.contracts.length}
      none="No contract is about it"
      label="Contracts of the month"
      rows={month.contracts}
      rowKey={(row) => `${row.contract} ${row.period.name}`}
      columns={[
        {
          header: 'Contract',
          cell: (row) => (
            <Link
              to="/contracts/$name/report"
              params={{ name: bare(row.contract) }}
              search={{ period: row.period.name }}
            >
              {row.title}, {row.period.name}
            </Link>
          ),
        },
        {
          header: 'Verdict',
          cell: (row) => <VerdictMark verdict={row.verdict} />,
        },
        { header: 'Promised', align: 'end', cell: (row) => percent(row.target_percent) },
        { header: 'Reached', align: 'end', cell: (row) => percent(row.measured_percent) },
        {
          header: 'Down',
          align: 'end',
          cell: (row) => `${span(row.down_seconds)} of ${span(row.allowance_seconds)}`,
        },
        {
          header: 'Figures',
          cell: (row) =>
            row.closed ? (row.restated ? 'Closed, restated since' : 'Closed') : 'Open',
        },
      ]}
    />
  );
}

/** When it was away, with the incident behind each interval. */
export function Down({ month }: Part) {
  return <Lines lines={month.availability.lines} />;
}

/** The objectives about it and what it needs. */
export function Objectives({ month }: Part) {
  return <Performance lines={month.objectives} label="Objectives of the month" />;
}

/** The alerts that fired most. */
export function Alerts({ month }: Part) {
  const { noisiest, totals } = month.alerts;
  return (
    <Listed
      title="Noisiest alerts"
      count={totals.fired}
      none="No alert fired"
      why={month.alerts.left_out}
      label="Noisiest alerts"
      rows={noisiest}
      rowKey={(rule) => `${rule.source} ${rule.name}`}
      columns={[
        { header: 'Rule', cell: (rule) => rule.name },
        { header: 'From', cell: (rule) => rule.source },
        { header: 'Fired', align: 'end', cell: (rule) => rule.fired },
        {
          header: 'Nobody looked',
          align: 'end',
          cell: (rule) => rule.never_acknowledged,
        },
        { header: 'Incidents', align: 'end', cell: (rule) => rule.incidents.length },
      ]}
    />
  );
}

/** Whom its incidents called. */
export function Calls({ month }: Part) {
  const { people } = month.load;
  return (
    <Listed
      title="On-call load"
      count={people.length}
      none="Nobody was called"
      why={month.load_left_out}
      label="On-call load of the month"
      rows={people}
      rowKey={(load) => load.person}
      columns={[
        { header: 'Person', cell: (load) => <ItemLink item={load.person} /> },
        { header: 'Incidents', align: 'end', cell: (load) => load.incidents },
        { header: 'Calls', align: 'end', cell: (load) => load.calls },
        { header: 'At night', align: 'end', cell: (load) => load.at_night },
        { header: 'More than enough', cell: (load) => load.warnings.join('; ') || '–' },
      ]}
    />
  );
}

/** Planned work, and changes that were reported. */
export function Planned({ month }: Part) {
  const rows = [
    ...month.maintenance.map((work) => ({
      key: `${work.from} ${work.window}`,
      at: work.from,
      until: work.to,
      what: <ItemLink item={work.window} title={work.reason} />,
      kind:
        work.overrun_seconds > 0
          ? `Maintenance, ${span(work.overrun_seconds)} over`
          : 'Maintenance',
      by: null,
    })),
    ...month.changes.map((change, place) => ({
      // Two changes may say the same.
      key: `change ${place}`,
      at: change.at,
      until: null,
      what: (
        <>
          {change.title} (<ItemLink item={change.item} />)
        </>
      ),
      kind: 'Change',
      by: change.by,
    })),
  ].sort((a, b) => a.at.localeCompare(b.at));
  return (
    <Listed
      title={month.changes_cut ? 'Planned work and the latest changes' : 'Planned work and changes'}
      count={rows.length}
      none="None is known"
      label="Planned work and changes"
      rows={rows}
      rowKey={(row) => row.key}
      columns={[
        {
          header: 'When',
          cell: (row) =>
            row.until ? `${absolute(row.at)} to ${absolute(row.until)}` : absolute(row.at),
        },
        { header: 'Kind', cell: (row) => row.kind },
        { header: 'What', cell: (row) => row.what },
        { header: 'By', cell: (row) => (row.by ? actorName(row.by) : '–') },
      ]}
    />
  );
}
