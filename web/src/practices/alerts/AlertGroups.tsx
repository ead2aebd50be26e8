import { UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

import { type Alert, type AlertGroup, alerts } from '../../api';
import { SeverityMark, StateWord } from '../../kit/Badges';
import { type Column, DataTable } from '../../kit/DataTable';
import { ItemLink } from '../../kit/ItemLink';
import { changed } from '../../kit/filter';
import kit from '../../kit/kit.module.css';
import { Failure } from '../../kit/QueryState';
import { TimeAgo } from '../../kit/TimeAgo';
import { count, itemName } from '../../kit/words';
import { RowsSkeleton } from '../../ui/States';
import type { AlertSearch } from './AlertFilters';
import styles from './alerts.module.css';
import { ManyBar } from './ManyBar';
import { Nothing } from './Nothing';
import { Pick, type Picking, usePicking } from './Pick';
import { Severities } from './Severities';
import { SilencedMark } from './SilencedMark';

/** Alerts that are shown of an open group; the rest is a click away. */
const SHOWN = 20;

/** A group, an alert of an open one, or the way to the rest of it. */
type Row =
  | { key: string; group: AlertGroup }
  | { key: string; alert: Alert }
  | { key: string; rest: AlertGroup };

interface Props {
  by: string;
  filter: alerts.AlertFilter;
  search: AlertSearch;
}

/** Alerts by what they have in common, the worst first; each group opens into its alerts. */
export function AlertGroups({ by, filter, search }: Props) {
  const query = useInfiniteQuery(alerts.groups(by, { ...filter, sort: '' }));
  const groups = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const picking = usePicking();
  const opened = usePicking();
  const rows = useRows(groups, opened.picked, filter);
  const columns = useMemo(
    () => columnsOf({ by, search, picking, opened }),
    [by, search, picking, opened],
  );
  const first = query.data?.pages[0];
  const ticked = groups.filter((group) => picking.picked.has(group.value));
  return (
    <>
      {groups.length > 0 && (
        <ManyBar
          chosen={{ ids: [], filters: ticked.map((group) => ({ ...filter, ...group.filter })) }}
          word={`${count(ticked.length, 'group')} of ${count(
            ticked.reduce((sum, group) => sum + group.count, 0),
            'alert',
          )}`}
          filter={filter}
          total={first?.all.count ?? 0}
          clear={picking.clear}
        />
      )}
      <div className={styles.surface}>
        {query.isError && groups.length === 0 ? (
          <div style={{ padding: 14 }}>
            <Failure error={query.error} retry={() => void query.refetch()} />
          </div>
        ) : query.isPending ? (
          <RowsSkeleton rows={10} />
        ) : groups.length === 0 ? (
          <Nothing search={search} />
        ) : (
          <DataTable
            label="Groups of alerts"
            rows={rows}
            columns={columns}
            rowKey={(row) => row.key}
            card={(row) => <Card row={row} around={{ by, search, picking, opened }} />}
            more={more}
          />
        )}
      </div>
      {first && groups.length > 0 && (
        <p className={styles.status} role="status">
          {count(first.total, 'group')} of {count(first.all.count, 'alert')}
          {isFetchingNextPage ? ' · loading more' : ''}
        </p>
      )}
    </>
  );
}

/** Groups with the alerts of those that are open below them. */
function useRows(
  groups: AlertGroup[],
  opened: ReadonlySet<string>,
  filter: alerts.AlertFilter,
): Row[] {
  const open = groups.filter((group) => opened.has(group.value));
  const found = useQueries({
    queries: open.map((group) => alerts.some({ ...filter, ...group.filter }, SHOWN)),
  });
  return groups.flatMap((group): Row[] => {
    const place = open.indexOf(group);
    const inside = place < 0 ? [] : (found[place]?.data?.items ?? []);
    const rest = inside.length > 0 && group.count > inside.length;
    return [
      { key: `group ${group.value}`, group },
      ...inside.map((alert) => ({ key: `${group.value} ${alert.id}`, alert })),
      ...(rest ? [{ key: `rest ${group.value}`, rest: group }] : []),
    ];
  });
}

interface Around {
  by: string;
  search: AlertSearch;
  picking: Picking;
  opened: Picking;
}

const nothing: Record<string, string> = { item: 'No item', team: 'No team' };

function nameOf(group: AlertGroup, by: string): string {
  if (group.value === '') return nothing[by] ?? `Without ${by.replace(/^label:/, '')}`;
  return by === 'team' || by === 'item' ? itemName(group.value) : group.value;
}

function columnsOf(around: Around): Column<Row>[] {
  const { by, picking } = around;
  return [
    {
      id: 'pick',
      header: '',
      track: '20px',
      cell: (row) =>
        'group' in row ? (
          <Pick picking={picking} id={row.group.value} name={nameOf(row.group, by)} />
        ) : null,
    },
    {
      id: 'severity',
      header: 'Worst',
      track: '104px',
      cell: (row) =>
        'group' in row ? (
          <SeverityMark severity={row.group.worst} />
        ) : 'alert' in row ? (
          <SeverityMark severity={row.alert.severity} />
        ) : null,
    },
    {
      id: 'title',
      header: 'Group',
      track: 'minmax(0, 1fr)',
      cell: (row) => <Title row={row} around={around} />,
    },
    {
      id: 'what',
      header: 'Alerts',
      track: '250px',
      cell: (row) =>
        'group' in row ? (
          <Severities tally={row.group} />
        ) : 'alert' in row && row.alert.item ? (
          <ItemLink item={row.alert.item} />
        ) : null,
    },
    { id: 'state', header: 'State', track: '150px', cell: (row) => <State row={row} /> },
    {
      id: 'since',
      header: 'Newest',
      track: '104px',
      align: 'end',
      cell: (row) =>
        'group' in row ? (
          row.group.newest_at && <TimeAgo at={row.group.newest_at} />
        ) : 'alert' in row ? (
          <TimeAgo at={row.alert.starts_at} />
        ) : null,
    },
  ];
}

function State({ row }: { row: Row }) {
  if ('alert' in row) return <StateWord state={row.alert.state} />;
  if ('rest' in row) return null;
  const { by_state: states, silenced } = row.group;
  const parts = [
    states.open > 0 ? `${states.open} open` : '',
    states.acknowledged > 0 ? `${states.acknowledged} taken` : '',
    states.cleared > 0 ? `${states.cleared} cleared` : '',
  ].filter(Boolean);
  return (
    <span className={styles.titleCell}>
      <span>{parts.join(', ')}</span>
      {silenced > 0 && <span className={styles.sub}>{silenced} silenced</span>}
    </span>
  );
}

function Title({ row, around }: { row: Row; around: Around }) {
  const { by, search, opened } = around;
  if ('alert' in row) {
    return (
      <div className={`${styles.titleCell} ${styles.inside}`}>
        <Link to="/alerts/$id" params={{ id: row.alert.id }} className={kit.rowLink} data-primary>
          {row.alert.name}
        </Link>
        <span className={styles.sub}>
          <SilencedMark alert={row.alert} /> {row.alert.summary}
        </span>
      </div>
    );
  }
  if ('rest' in row) {
    const filters = changed(search, 'by', null);
    return (
      <div className={styles.inside}>
        <Link to="/alerts" search={{ ...filters, ...row.rest.filter }} data-primary>
          All {count(row.rest.count, 'alert')} of {nameOf(row.rest, by)}
        </Link>
      </div>
    );
  }
  const open = opened.picked.has(row.group.value);
  return (
    <UnstyledButton
      className={styles.groupName}
      data-primary
      aria-expanded={open}
      onClick={() => opened.toggle(row.group.value)}
    >
      {open ? (
        <IconChevronDown size={15} aria-hidden />
      ) : (
        <IconChevronRight size={15} aria-hidden />
      )}
      <span>{nameOf(row.group, by)}</span>
      <span className={styles.sub}>{row.group.count.toLocaleString('en-GB')}</span>
    </UnstyledButton>
  );
}

function Card({ row, around }: { row: Row; around: Around }) {
  if ('rest' in row) return <Title row={row} around={around} />;
  const group = 'group' in row ? row.group : null;
  return (
    <>
      <div className={styles.cardTop}>
        {group && (
          <Pick picking={around.picking} id={group.value} name={nameOf(group, around.by)} />
        )}
        <SeverityMark severity={'group' in row ? row.group.worst : row.alert.severity} />
        <span>
          {group ? (
            group.newest_at && <TimeAgo at={group.newest_at} />
          ) : 'alert' in row ? (
            <TimeAgo at={row.alert.starts_at} />
          ) : null}
        </span>
      </div>
      <Title row={row} around={around} />
      {group && <Severities tally={group} />}
      <div className={styles.sub}>
        <State row={row} />
      </div>
    </>
  );
}
