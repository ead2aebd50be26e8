import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

import { incidents, type IncidentRow } from '../../api';
import { PriorityBadge, StageBadge } from '../../kit/Badges';
import { type Column, DataTable } from '../../kit/DataTable';
import { Failure } from '../../kit/QueryState';
import kit from '../../kit/kit.module.css';
import { TimeAgo } from '../../kit/TimeAgo';
import { count, itemName } from '../../kit/words';
import { PageHead } from '../../ui/PageHead';
import { EmptyState, RowsSkeleton } from '../../ui/States';
import { Due } from '../clocks/Due';
import { Filters } from './Filters';
import styles from './incidents.module.css';
import { PlannedWork } from './PlannedWork';
import { MajorMark } from './Major';
import { Potential } from './Potential';
import { SavedViews } from './SavedViews';
import { Warnings } from './Warnings';

/** The queue: every incident, the worst first, filtered by what the address says. */
export function IncidentList() {
  const search = useSearch({ from: '/app/incidents' });
  const navigate = useNavigate({ from: '/incidents' });
  const sort = search.sort ?? 'priority';
  const query = useInfiniteQuery(incidents.list({ ...search, ...openOnly(search), sort }));
  const rows = useMemo(
    () => unique(query.data?.pages.flatMap((page) => page.items) ?? []),
    [query.data],
  );
  const total = query.data?.pages[0]?.total;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const filtered = Object.keys(search).some((name) => name !== 'sort' && name !== 'open');

  return (
    <>
      <PageHead
        title="Incidents"
        actions={
          <>
            <Button
              variant="default"
              component="a"
              href={incidents.csv({ ...search, ...openOnly(search), sort })}
              download
            >
              Export CSV
            </Button>
            <Button
              leftSection={<IconPlus size={14} />}
              renderRoot={(props) => <Link to="/incidents/new" {...props} />}
            >
              Report an incident
            </Button>
          </>
        }
      />
      <PlannedWork />
      <SavedViews search={search} />
      <Filters search={search} />
      <div className={styles.surface}>
        {query.isError && rows.length === 0 ? (
          <div style={{ padding: 14 }}>
            <Failure error={query.error} retry={() => void query.refetch()} />
          </div>
        ) : query.isPending ? (
          <RowsSkeleton rows={10} />
        ) : rows.length === 0 ? (
          <Nothing filtered={filtered} />
        ) : (
          <DataTable
            label="Incidents"
            rows={rows}
            columns={columns}
            rowKey={(row) => row.id}
            card={IncidentCard}
            sort={sort}
            onSort={(next) =>
              void navigate({ search: (before) => ({ ...before, sort: next }), replace: true })
            }
            more={more}
          />
        )}
      </div>
      {rows.length > 0 && (
        <p className={styles.status} role="status">
          {typeof total === 'number'
            ? `${count(total, 'incident')}, ${rows.length} loaded`
            : `${count(rows.length, 'incident')} loaded`}
          {isFetchingNextPage ? ' · loading more' : ''}
          <span className={styles.keys}> · J and K move, Enter opens</span>
        </p>
      )}
    </>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <EmptyState
      title="No incident matches these filters"
      action={
        <Button
          variant="default"
          renderRoot={(props) => <Link to="/incidents" search={{ open: 'all' }} {...props} />}
        >
          Show all incidents
        </Button>
      }
    >
      Loosen a filter, or look at all incidents, the closed ones included.
    </EmptyState>
  ) : (
    <EmptyState title="No incident is open">
      Alerts open incidents by themselves once a source is connected under{' '}
      <Link to="/settings/$part" params={{ part: 'integrations' }}>
        Settings, Integration keys
      </Link>
      . You can also report one by hand.
    </EmptyState>
  );
}

/** The queue holds what is open, unless the filter says otherwise. */
function openOnly(search: incidents.IncidentFilter): { open?: string } {
  if (search.open === 'all') return { open: '' };
  const over = search.stage ?? search.phase ?? search.cause_class ?? search.resolved_from;
  return over || search.resolved_to ? {} : { open: search.open ?? 'true' };
}

/** Pages that were read at different moments may overlap. */
function unique(rows: IncidentRow[]): IncidentRow[] {
  const seen = new Set<string>();
  return rows.filter((row) => !seen.has(row.id) && seen.add(row.id));
}

function owner(row: IncidentRow): string {
  if (row.assignee) return itemName(row.assignee);
  return row.team ? itemName(row.team) : 'Unassigned';
}

const columns: Column<IncidentRow>[] = [
  {
    id: 'priority',
    header: 'Priority',
    track: '64px',
    sort: 'priority',
    cell: (row) => (
      <PriorityBadge priority={row.priority} marked={Boolean(row.priority_override)} />
    ),
  },
  {
    id: 'title',
    header: 'Incident',
    track: 'minmax(0, 1fr)',
    sort: 'number',
    cell: (row) => (
      <div className={styles.titleCell}>
        <Link to="/incidents/$id" params={{ id: row.id }} className={kit.rowLink} data-primary>
          {row.title}
        </Link>
        <span className={styles.sub}>
          <MajorMark incident={row} /> <Potential incident={row} /> <Warnings incident={row} />{' '}
          {`#${row.number}`}
          {row.main_item ? ` · ${itemName(row.main_item)}` : ''}
          {row.affected.usecases.length > 0
            ? ` · hits ${row.affected.usecases.map(itemName).join(', ')}`
            : ''}
        </span>
      </div>
    ),
  },
  {
    id: 'stage',
    header: 'Stage',
    track: '122px',
    sort: 'stage',
    cell: (row) => <StageBadge stage={row.stage} phase={row.phase} />,
  },
  {
    id: 'since',
    header: 'Since',
    track: '84px',
    spare: true,
    cell: (row) => <TimeAgo at={row.stage_since} form="age" />,
  },
  {
    id: 'due',
    header: 'Due',
    track: '118px',
    sort: 'due',
    cell: (row) => <Due clock={row.next_clock} />,
  },
  { id: 'owner', header: 'Owner', track: '130px', spare: true, cell: owner },
  {
    id: 'alerts',
    header: 'Alerts',
    track: '52px',
    spare: true,
    align: 'end',
    cell: (row) => row.members.filter((member) => !member.detached).length,
  },
  {
    id: 'opened',
    header: 'Opened',
    track: '104px',
    align: 'end',
    sort: 'opened_at',
    cell: (row) => <TimeAgo at={row.opened_at} />,
  },
];

function IncidentCard(row: IncidentRow) {
  return (
    <>
      <div className={styles.cardTop}>
        <PriorityBadge priority={row.priority} marked={Boolean(row.priority_override)} />
        <StageBadge stage={row.stage} phase={row.phase} />
        <MajorMark incident={row} />
        <Potential incident={row} />
        <Warnings incident={row} />
        <TimeAgo at={row.opened_at} />
      </div>
      <Link
        to="/incidents/$id"
        params={{ id: row.id }}
        className={`${kit.rowLink} ${styles.cardTitle}`}
        data-primary
      >
        {row.title}
      </Link>
      <div className={styles.sub}>
        #{row.number} · {owner(row)}
        {row.affected.usecases.length > 0
          ? ` · hits ${row.affected.usecases.map(itemName).join(', ')}`
          : ''}
      </div>
      {row.next_clock && <Due clock={row.next_clock} />}
    </>
  );
}
