import { SegmentedControl, Switch } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

import { tuning, type TuningTask } from '../../api';
import { AlertViews } from '../../kit/AlertViews';
import { StateWord } from '../../kit/Badges';
import { type Column, DataTable } from '../../kit/DataTable';
import { changed } from '../../kit/filter';
import kit from '../../kit/kit.module.css';
import { Failure } from '../../kit/QueryState';
import { SearchBox } from '../../kit/SearchBox';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName, count } from '../../kit/words';
import { FilterBar } from '../../ui/FilterBar';
import { PageHead } from '../../ui/PageHead';
import { EmptyState, RowsSkeleton } from '../../ui/States';
import { NoiseMark } from './NoiseMark';
import { stageTone } from './stages';
import styles from './tuning.module.css';

const TO_DO = 'open,in_work';

/** Alert rules that people find useless, and what becomes of them. */
export function TuningList() {
  const search = useSearch({ from: '/app/tuning' });
  const navigate = useNavigate({ from: '/tuning' });
  const stage = search.stage ?? TO_DO;
  const sort = search.sort ?? '-votes';
  const query = useInfiniteQuery(
    tuning.list({
      stage,
      sort,
      ...(search.q ? { q: search.q } : {}),
      ...(search.noisy ? { noisy: search.noisy } : {}),
    }),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const set = (name: 'stage' | 'q' | 'noisy', value: string | null) =>
    void navigate({ search: (before) => changed(before, name, value), replace: true });
  const narrowed = Boolean(search.q ?? search.noisy);

  return (
    <>
      <PageHead
        title="Tuning"
        above={<AlertViews />}
        meta="Alert rules that people find useless: change them, or say why they stay."
      />
      <FilterBar
        label="Filter tuning tasks"
        active={search.noisy ? 1 : 0}
        search={
          <SearchBox
            label="Search rules"
            placeholder="Search rules"
            value={search.q}
            onChange={(q) => set('q', q)}
          />
        }
        end={
          <SegmentedControl
            size="xs"
            aria-label="Which tasks"
            value={stage}
            onChange={(value) => set('stage', value === TO_DO ? null : value)}
            data={[
              { value: TO_DO, label: 'To do' },
              { value: 'done', label: 'Done' },
              { value: 'dismissed', label: 'Dismissed' },
            ]}
          />
        }
      >
        <Switch
          size="xs"
          label="Only the noise list"
          checked={search.noisy === 'true'}
          onChange={(event) => set('noisy', event.currentTarget.checked ? 'true' : null)}
        />
      </FilterBar>
      <div className={styles.surface}>
        {query.isError && rows.length === 0 ? (
          <div style={{ padding: 14 }}>
            <Failure error={query.error} retry={() => void query.refetch()} />
          </div>
        ) : query.isPending ? (
          <RowsSkeleton rows={6} />
        ) : rows.length === 0 ? (
          <EmptyState title={narrowed ? 'No rule matches' : 'No rule is to be tuned'}>
            {narrowed ? (
              'Loosen the filters.'
            ) : (
              <>
                When an <Link to="/alerts">alert</Link> was of no use, say so on its page with “Not
                useful”: its rule then stands here until somebody has looked at it.
              </>
            )}
          </EmptyState>
        ) : (
          <DataTable
            key={stage}
            label="Tuning tasks"
            rows={rows}
            columns={columns}
            rowKey={(row) => row.id}
            card={(row) => <TaskCard row={row} />}
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
          {count(query.data?.pages[0]?.total ?? rows.length, 'rule')}
        </p>
      )}
    </>
  );
}

const lastReason = (row: TuningTask) => row.note || (row.votes.at(-1)?.reason ?? '');

const columns: Column<TuningTask>[] = [
  {
    id: 'votes',
    header: 'Votes',
    track: '74px',
    sort: 'votes',
    align: 'end',
    cell: (row) => <b>{row.votes.length}</b>,
  },
  {
    id: 'rule',
    header: 'Rule',
    track: 'minmax(0, 1fr)',
    sort: 'name',
    cell: (row) => (
      <div className={styles.titleCell}>
        <Link to="/tuning/$id" params={{ id: row.id }} className={kit.rowLink} data-primary>
          {row.name}
        </Link>
        <span className={styles.sub}>{lastReason(row)}</span>
      </div>
    ),
  },
  { id: 'noise', header: '', track: '90px', cell: (row) => (row.noisy ? <NoiseMark /> : null) },
  { id: 'source', header: 'Source', track: '140px', spare: true, cell: (row) => row.source },
  {
    id: 'stage',
    header: 'Stage',
    track: '110px',
    cell: (row) => <StateWord state={row.stage} tone={stageTone[row.stage]} />,
  },
  {
    id: 'by',
    header: 'With',
    track: '110px',
    spare: true,
    cell: (row) => (row.worked_on_by ? actorName(row.worked_on_by) : '–'),
  },
  {
    id: 'updated',
    header: 'Last change',
    track: '130px',
    align: 'end',
    sort: 'updated_at',
    cell: (row) => <TimeAgo at={row.updated_at} />,
  },
];

function TaskCard({ row }: { row: TuningTask }) {
  return (
    <>
      <div className={styles.cardTop}>
        <StateWord state={row.stage} tone={stageTone[row.stage]} />
        <span>{count(row.votes.length, 'vote')}</span>
        {row.noisy && <NoiseMark />}
        <TimeAgo at={row.updated_at} />
      </div>
      <Link to="/tuning/$id" params={{ id: row.id }} className={kit.rowLink} data-primary>
        {row.name}
      </Link>
      <div className={styles.sub}>{lastReason(row)}</div>
    </>
  );
}
