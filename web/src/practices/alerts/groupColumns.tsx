import { UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';

import type { Alert, AlertGroup } from '../../api';
import { SeverityMark, StateWord } from '../../kit/Badges';
import type { Column } from '../../kit/DataTable';
import { changed } from '../../kit/filter';
import { ItemLink } from '../../kit/ItemLink';
import kit from '../../kit/kit.module.css';
import { TimeAgo } from '../../kit/TimeAgo';
import { count, itemName } from '../../kit/words';
import type { AlertSearch } from './AlertFilters';
import styles from './alerts.module.css';
import { Pick, type Picking } from './Pick';
import { Severities } from './Severities';
import { SilencedMark } from './SilencedMark';

/** A group, an alert of an open one, or the way to the rest of it. */
export type Row =
  | { key: string; group: AlertGroup }
  | { key: string; alert: Alert }
  | { key: string; rest: AlertGroup };

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

/** The columns of groups, and of the alerts in those that are open. */
export function groupColumns(around: Around): Column<Row>[] {
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

/** The same row on a narrow screen. */
export function GroupCard({ row, around }: { row: Row; around: Around }) {
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
