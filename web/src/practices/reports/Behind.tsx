import { CloseButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import type { TimesReport } from '../../api';
import { PriorityBadge } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { count } from '../../kit/words';
import { duration } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import type { ReportSearch } from './ReportPage';
import styles from './reports.module.css';

interface Props {
  report: TimesReport;
  search: ReportSearch;
  close: () => void;
}

/** The incidents behind the chosen figure, the slowest first, and those that were left out. */
export function Behind({ report, search, close }: Props) {
  const figure = report.figures.find((each) => each.name === search.figure);
  if (!figure) return null;
  const key = search.group ? search.key : undefined;
  const groups = search.group === 'priority' ? report.by_priority : report.by_item;
  const group = groups.find((each) => each.key === key);
  const of = key === undefined ? figure : group?.figures.find((each) => each.name === figure.name);
  const excluded = of?.excluded ?? [];
  const rows = figure.incidents
    .filter(
      (row) =>
        key === undefined ||
        (search.group === 'priority' ? row.priority === key : row.item === key),
    )
    .sort((a, b) => b.seconds - a.seconds);
  return (
    <div style={{ marginBottom: 12 }}>
      <Panel
        title={`${figure.title}${key ? `, ${key}` : ''}`}
        count={count(rows.length, 'incident')}
        flush
        actions={<CloseButton size="sm" aria-label="Close the list" onClick={close} />}
      >
        {rows.length === 0 ? (
          <EmptyState title="No incident counts towards this figure">
            In this period none reached “{figure.to}”, or the times needed are missing.
          </EmptyState>
        ) : (
          <SimpleTable
            label={`Incidents behind ${figure.title}`}
            rows={rows}
            rowKey={(row) => row.id}
            columns={[
              {
                header: 'Incident',
                cell: (row) => (
                  <Link to="/incidents/$id" params={{ id: row.id }}>
                    #{row.number} {row.title}
                  </Link>
                ),
              },
              { header: 'Priority', cell: (row) => <PriorityBadge priority={row.priority} /> },
              { header: 'Item', cell: (row) => (row.item ? <ItemLink item={row.item} /> : '–') },
              { header: 'Ended', cell: (row) => <TimeAgo at={row.ended_at} /> },
              { header: 'Time', align: 'end', cell: (row) => <b>{duration(row.seconds)}</b> },
            ]}
          />
        )}
        {excluded.length > 0 && (
          <div className={styles.sub} style={{ padding: '10px 14px' }}>
            Left out:{' '}
            {excluded.map((out, index) => (
              <span key={out.incident}>
                {index > 0 ? ', ' : ''}
                <Link to="/incidents/$id" params={{ id: out.incident }}>
                  #{out.number}
                </Link>{' '}
                ({out.why})
              </span>
            ))}
          </div>
        )}
      </Panel>
    </div>
  );
}
