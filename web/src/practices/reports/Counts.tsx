import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import type { incidents, TimesReport } from '../../api';
import { stageWord, words } from '../../kit/words';
import type { ReportSearch } from './ReportPage';
import styles from './reports.module.css';

interface Props {
  report: TimesReport;
  search: ReportSearch;
}

/** How many incidents there were; the counts open the incidents behind them. */
export function Counts({ report, search }: Props) {
  const { counts } = report;
  const causes = Object.entries(counts.by_cause_class);
  const resolved = (more: incidents.IncidentFilter = {}) => behind(report, search, true, more);
  return (
    <div className={styles.counts}>
      <span>
        <Opens search={behind(report, search, false)}>
          <b>{counts.opened}</b> opened
        </Opens>
      </span>
      <span>
        {counts.volume.opened_before} in the time before
        {counts.volume.notable ? ', more apart than by chance' : ''}
      </span>
      <span>
        <Opens search={resolved()}>
          <b>{counts.resolved}</b> resolved
        </Opens>
      </span>
      <span>
        <b>{counts.volume.open_at_end}</b> open at the end
      </span>
      <span>
        <b>{counts.reopened}</b> reopened
      </span>
      {counts.opened > 0 && (
        <span>
          Of the opened: found by monitoring {counts.volume.found_by_monitoring}, hit consumers{' '}
          {counts.volume.consumer_facing}, repeats {counts.volume.repeated}
        </span>
      )}
      {counts.resolved > 0 && (
        <span>
          Of the resolved: checks passed {counts.proven.passed}, failed {counts.proven.failed}, not
          checked {counts.proven.unchecked}; confirmed by consumers {counts.proven.confirmed}
        </span>
      )}
      {causes.length > 0 && (
        <span>
          Causes:{' '}
          {causes.map(([cause, n], place) => (
            <span key={cause}>
              {place > 0 ? ', ' : ''}
              <Opens search={resolved({ cause_class: cause })}>
                {words(cause).toLowerCase()} {n}
              </Opens>
            </span>
          ))}
        </span>
      )}
    </div>
  );
}

function Opens({
  search,
  children,
}: {
  search: incidents.IncidentFilter | null;
  children: ReactNode;
}) {
  if (!search) return <>{children}</>;
  return (
    <Link to="/incidents" search={search}>
      {children}
    </Link>
  );
}

const counted = Object.keys(stageWord).filter((stage) => !['cancelled', 'merged'].includes(stage));

/**
 * The list of the incidents that a count holds. Nothing where the report is about an item: it
 * counts what took the item away through what it needs, too, which a list does not look for.
 */
export function behind(
  report: Pick<TimesReport, 'from' | 'to'>,
  { item, priority, team }: ReportSearch,
  resolved: boolean,
  more: incidents.IncidentFilter = {},
): incidents.IncidentFilter | null {
  if (item) return null;
  return {
    open: 'all',
    potential: 'false',
    ...(resolved
      ? { stage: 'resolved,closed', resolved_from: report.from, resolved_to: report.to }
      : { stage: counted.join(','), from: report.from, to: report.to }),
    ...(priority ? { priority } : {}),
    ...(team ? { team } : {}),
    ...more,
  };
}
