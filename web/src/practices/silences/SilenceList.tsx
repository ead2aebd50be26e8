import { Button, Group, Modal, SegmentedControl, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useState } from 'react';

import { type Silence, silences } from '../../api';
import { StateWord } from '../../kit/Badges';
import { useSend } from '../../kit/command';
import { type Column, DataTable } from '../../kit/DataTable';
import { changed } from '../../kit/filter';
import kit from '../../kit/kit.module.css';
import { Failure } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SearchBox } from '../../kit/SearchBox';
import { TimeAgo } from '../../kit/TimeAgo';
import { count } from '../../kit/words';
import { FilterBar } from '../../ui/FilterBar';
import { PageHead } from '../../ui/PageHead';
import { EmptyState, RowsSkeleton } from '../../ui/States';
import { Calendar } from './Calendar';
import styles from './silences.module.css';

const NEVER = '9999-12-31T23:59:59Z';
const TONE = { active: 'info', pending: 'warn', expired: 'none' } as const;

/** Every silence: what is told to nobody, until when, and why. */
export function SilenceList() {
  const search = useSearch({ from: '/app/silences' });
  const navigate = useNavigate({ from: '/silences' });
  const calendar = search.view === 'calendar';
  const stage = search.stage ?? 'active';
  const sort = search.sort ?? (stage === 'expired' ? '-updated_at' : 'ends_at');
  const query = useInfiniteQuery(
    silences.list({
      stage: calendar ? 'active,pending' : stage,
      sort,
      ...(search.q ? { q: search.q } : {}),
    }),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  // A calendar has no end that is scrolled to: it shows every silence at once.
  useEffect(() => {
    if (calendar) more();
  }, [calendar, more]);
  const [ending, setEnding] = useState<Silence | null>(null);
  const counts = query.data?.pages[0]?.counts;
  const label = (word: string, number: number | undefined) =>
    number === undefined ? word : `${word} (${number})`;
  const columns = useMemo(() => columnsOf(setEnding), []);
  const show = (value: string) =>
    void navigate({
      search: (before) =>
        value === 'calendar'
          ? { ...changed(before, 'stage', null), view: 'calendar' }
          : { ...changed(before, 'view', null), stage: value },
      replace: true,
    });

  return (
    <>
      <PageHead
        title="Silences"
        meta="Alerts that match are recorded and told to nobody. What is open stays open."
        actions={
          <Button
            leftSection={<IconPlus size={15} aria-hidden />}
            renderRoot={(props) => <Link to="/silences/new" {...props} />}
          >
            New silence
          </Button>
        }
      />
      <FilterBar
        label="Filter silences"
        active={0}
        search={
          <SearchBox
            label="Search silences"
            placeholder="Search conditions, comment, creator"
            value={search.q}
            onChange={(q) =>
              void navigate({ search: (before) => changed(before, 'q', q), replace: true })
            }
          />
        }
        end={
          <SegmentedControl
            size="xs"
            aria-label="Which silences"
            value={calendar ? 'calendar' : stage}
            onChange={show}
            data={[
              { value: 'active', label: label('Active', counts?.active) },
              { value: 'pending', label: label('Pending', counts?.pending) },
              { value: 'expired', label: label('Expired', counts?.expired) },
              { value: 'calendar', label: 'Calendar' },
            ]}
          />
        }
      />
      <div className={styles.surface}>
        {query.isError && rows.length === 0 ? (
          <div style={{ padding: 14 }}>
            <Failure error={query.error} retry={() => void query.refetch()} />
          </div>
        ) : query.isPending ? (
          <RowsSkeleton rows={6} />
        ) : calendar ? (
          <Calendar silences={rows} />
        ) : rows.length === 0 ? (
          <EmptyState title={search.q ? 'No silence matches' : `No ${stage} silence`}>
            Silence alerts during planned work, or while a known fault is mended.
          </EmptyState>
        ) : (
          <DataTable
            key={stage}
            label="Silences"
            rows={rows}
            columns={columns}
            rowKey={(row) => row.id}
            card={(row) => <SilenceCard row={row} end={setEnding} />}
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
          {count(query.data?.pages[0]?.total ?? rows.length, 'silence')}
        </p>
      )}
      <EndDialog silence={ending} close={() => setEnding(null)} />
    </>
  );
}

/** Asks once more before alerts are told again. */
export function EndDialog({ silence, close }: { silence: Silence | null; close: () => void }) {
  const { run, pending, problem, reload } = useSend(() =>
    silence ? silences.expire(silence.id, silence.version) : Promise.resolve(),
  );
  return (
    <Modal opened={silence !== null} onClose={close} title="End this silence?">
      {silence && (
        <Stack gap="sm">
          <code className={styles.matchers}>{silence.matchers.join(', ')}</code>
          <div>Alerts that match and still fire are told from now on.</div>
          <Refusal problem={problem} reload={reload} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Keep it
            </Button>
            <Button
              loading={pending}
              onClick={() => void run().then((done) => (done ? close() : undefined))}
            >
              End it
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

function Until({ row }: { row: Silence }) {
  if (row.stage === 'expired') return <TimeAgo at={row.ended_at ?? row.ends_at} />;
  if (row.stage === 'pending') return <TimeAgo at={row.window.from} />;
  return row.window.until === NEVER ? <span>no end</span> : <TimeAgo at={row.window.until} />;
}

function columnsOf(end: (row: Silence) => void): Column<Silence>[] {
  return [
    {
      id: 'stage',
      header: 'State',
      track: '110px',
      cell: (row) => <StateWord state={row.stage} tone={TONE[row.stage]} />,
    },
    {
      id: 'what',
      header: 'What is silenced',
      track: 'minmax(0, 1fr)',
      cell: (row) => (
        <div className={styles.titleCell}>
          <Link to="/silences/$id" params={{ id: row.id }} className={kit.rowLink} data-primary>
            {row.matchers.join(', ')}
          </Link>
          <span className={styles.sub}>{row.comment}</span>
        </div>
      ),
    },
    { id: 'by', header: 'By', track: '110px', spare: true, cell: (row) => row.created_by },
    {
      id: 'again',
      header: 'Again',
      track: '90px',
      spare: true,
      cell: (row) => (row.recurrence ? 'recurs' : 'once'),
    },
    {
      id: 'until',
      header: 'Begins or ends',
      track: '130px',
      align: 'end',
      sort: 'ends_at',
      cell: (row) => <Until row={row} />,
    },
    {
      id: 'end',
      header: '',
      track: '74px',
      cell: (row) => <EndButton row={row} end={end} />,
    },
  ];
}

function EndButton({ row, end }: { row: Silence; end: (row: Silence) => void }) {
  if (!row.allowed.some((offer) => offer.command === 'expire')) return null;
  return (
    <Button
      size="compact-xs"
      variant="default"
      aria-label={`End the silence of ${row.matchers.join(', ')}`}
      onClick={(event) => {
        event.stopPropagation();
        end(row);
      }}
    >
      End
    </Button>
  );
}

function SilenceCard({ row, end }: { row: Silence; end: (row: Silence) => void }) {
  return (
    <>
      <div className={styles.cardTop}>
        <StateWord state={row.stage} tone={TONE[row.stage]} />
        <Until row={row} />
        <EndButton row={row} end={end} />
      </div>
      <Link to="/silences/$id" params={{ id: row.id }} className={kit.rowLink} data-primary>
        {row.matchers.join(', ')}
      </Link>
      <div className={styles.sub}>{row.comment}</div>
    </>
  );
}
