import { Anchor, Breadcrumbs, Button, SegmentedControl, Select } from '@mantine/core';
import { IconArrowsExchange, IconClipboardList, IconPencil } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';

import { oncall, type ScheduleView, type ShiftBreach } from '../../api';
import { changed } from '../../kit/filter';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { SendButton } from '../../kit/SendButton';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { itemName, words } from '../../kit/words';
import { browserZone, duration, now } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { Feed } from './Feed';
import styles from './oncall.module.css';
import { Takeover } from './Takeover';
import { format, Timeline } from './Timeline';

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;
/** How many shifts are listed. */
const SHOWN = 60;

/** One schedule: who has which stretch, what nobody covers, who is away. */
export function SchedulePage() {
  const { name } = useParams({ from: '/app/oncall/$name' });
  const search = useSearch({ from: '/app/oncall/$name' });
  const weeks = Number(search.weeks ?? 2);
  const window = useMemo(() => {
    const from = Math.floor(now() / HOUR) * HOUR;
    return {
      from: new Date(from).toISOString(),
      until: new Date(from + weeks * WEEK).toISOString(),
    };
  }, [weeks]);
  const query = useQuery({
    ...oncall.schedule(name, window),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query} rows={8}>
      {(view) => <Content view={view} name={name} />}
    </Loaded>
  );
}

function Content({ view, name }: { view: ScheduleView; name: string }) {
  const [taking, setTaking] = useState<{ from: number; until: number } | null>(null);
  const search = useSearch({ from: '/app/oncall/$name' });
  const own = browserZone();
  const zone = search.zone ?? own;
  const start = Math.ceil(now() / HOUR) * HOUR;
  return (
    <>
      <PageHead
        title={view.title}
        above={
          <Breadcrumbs separator="/" fz="sm" mb={2} component="nav" aria-label="Where this is">
            <Anchor component={Link} to="/oncall" inherit>
              On call
            </Anchor>
            <span>{view.title}</span>
          </Breadcrumbs>
        }
        meta={
          <span className={styles.meta}>
            {view.team && <ItemLink item={view.team} />}
            <span>People hand over by the clocks of {view.time_zone}</span>
          </span>
        }
        actions={
          <>
            {view.may_change && (
              <Button
                leftSection={<IconArrowsExchange size={14} />}
                onClick={() => setTaking({ from: start, until: start + 8 * HOUR })}
              >
                Take over…
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<IconClipboardList size={14} />}
              renderRoot={(props) => (
                <Link to="/oncall/$name/hand-over" params={{ name }} {...props} />
              )}
            >
              Hand-over
            </Button>
            <Button
              variant="default"
              leftSection={<IconPencil size={14} />}
              renderRoot={(props) => (
                <Link to="/estate/$kind/$name" params={{ kind: 'schedule', name }} {...props} />
              )}
            >
              Rotation
            </Button>
          </>
        }
      />
      <Choices zones={[...new Set([own, view.time_zone, 'UTC', zone])]} zone={zone} />
      <Panel title="Who is on call" flush>
        <div className={styles.scroll} tabIndex={0} role="region" aria-label="Timeline">
          <Timeline
            view={view}
            zone={zone}
            pick={view.may_change ? (from, until) => setTaking({ from, until }) : undefined}
          />
        </div>
      </Panel>
      <div className={styles.grid}>
        <Turns view={view} zone={zone} />
        <div className={styles.stack}>
          <Gaps view={view} zone={zone} />
          <Breaches breaches={view.breaches} zone={zone} />
          <Overrides view={view} zone={zone} name={name} />
          <Away view={view} />
          <Shares view={view} />
          <Feed owner={{ kind: 'schedules', name }} />
        </div>
      </div>
      {taking && (
        <Takeover
          schedule={name}
          from={taking.from}
          until={taking.until}
          close={() => setTaking(null)}
        />
      )}
    </>
  );
}

function Choices({ zones, zone }: { zones: string[]; zone: string }) {
  const search = useSearch({ from: '/app/oncall/$name' });
  const navigate = useNavigate({ from: '/oncall/$name' });
  const set = (name: 'weeks' | 'zone', value: string | null) =>
    void navigate({ search: (before) => changed(before, name, value), replace: true });
  return (
    <div className={styles.choices}>
      <SegmentedControl
        size="xs"
        aria-label="How far ahead"
        data={['1', '2', '4', '8'].map((value) => ({
          value,
          label: value === '1' ? '1 week' : `${value} weeks`,
        }))}
        value={search.weeks ?? '2'}
        onChange={(value) => set('weeks', value === '2' ? null : value)}
      />
      <Select
        size="xs"
        aria-label="Time zone"
        allowDeselect={false}
        data={zones}
        value={zone}
        onChange={(value) => set('zone', value)}
      />
    </div>
  );
}

function Turns({ view, zone }: { view: ScheduleView; zone: string }) {
  const text = format(zone);
  return (
    <Panel title="Shifts" count={view.turns.length} flush>
      <SimpleTable
        label="Shifts"
        rows={view.turns.slice(0, SHOWN)}
        rowKey={(turn) => turn.from}
        columns={[
          {
            header: 'Person',
            cell: (turn) => <ItemLink item={turn.person} title={turn.name} />,
          },
          { header: 'From', cell: (turn) => text(turn.from) },
          { header: 'Until', cell: (turn) => text(turn.until) },
          { header: 'Why', cell: (turn) => turn.why },
        ]}
      />
      {view.turns.length > SHOWN && (
        <p className={styles.note}>and {view.turns.length - SHOWN} more: look less far ahead</p>
      )}
    </Panel>
  );
}

function Gaps({ view, zone }: { view: ScheduleView; zone: string }) {
  const text = format(zone);
  return (
    <Panel title="Nobody is on call" count={view.gaps.length}>
      {view.gaps.length === 0 ? (
        <p className={styles.good}>Every hour that somebody asks for is covered.</p>
      ) : (
        <ul className={styles.plain}>
          {view.gaps.slice(0, 30).map((gap) => (
            <li key={`${gap.asked_by} ${gap.from}`}>
              <span className={styles.bad}>
                {text(gap.from)} to {text(gap.until)}
              </span>
              <span className={styles.sub}>
                {' '}
                {duration((Date.parse(gap.until) - Date.parse(gap.from)) / 1000)}, asked for by{' '}
                {gap.asked_by}
              </span>
            </li>
          ))}
          {view.gaps.length > 30 && <li>and {view.gaps.length - 30} more</li>}
        </ul>
      )}
    </Panel>
  );
}

function Breaches({ breaches, zone }: { breaches: ShiftBreach[]; zone: string }) {
  const text = format(zone);
  if (breaches.length === 0) return null;
  return (
    <Panel title="More than may be asked of people" count={breaches.length}>
      <ul className={styles.plain}>
        {breaches.map((breach) => (
          <li key={`${breach.limit} ${breach.person} ${breach.from}`}>
            <ItemLink item={breach.person} title={breach.name} />{' '}
            <span className={styles.bad}>{said(breach)}</span>
            <span className={styles.sub}>
              {' '}
              {text(breach.from)} to {text(breach.until)}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function said({ limit, seconds }: ShiftBreach): string {
  const time = duration(seconds);
  if (limit === 'rest') return `has only ${time} off between two stretches`;
  if (limit === 'stretch') return `is on call for ${time} without time off`;
  return `is on call for ${time} within this time`;
}

/** What was taken over, in this time; what is not over can be taken back. */
function Overrides({ view, zone, name }: { view: ScheduleView; zone: string; name: string }) {
  const text = format(zone);
  if (view.overrides.length === 0) return null;
  return (
    <Panel title="Taken over" count={view.overrides.length}>
      <ul className={styles.plain}>
        {view.overrides.map((made) => (
          <li key={made.item}>
            <ItemLink item={made.person} /> {text(made.from)} to {text(made.until)}
            {made.reason && <span className={styles.sub}> {made.reason}</span>}{' '}
            {view.may_change && Date.parse(made.until) > now() && (
              <SendButton
                label="Take back"
                send={() => oncall.takeBack(name, itemName(made.item))}
              />
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Away({ view }: { view: ScheduleView }) {
  if (view.away.length === 0) return null;
  return (
    <Panel title="Away" count={view.away.length}>
      <ul className={styles.plain}>
        {view.away.map((away) => (
          <li key={away.absence}>
            <ItemLink item={away.person} /> {words(away.kind).toLowerCase()}, since{' '}
            <TimeAgo at={away.from} />
            {away.until ? (
              <>
                {' '}
                until <TimeAgo at={away.until} />
              </>
            ) : (
              ', open'
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Shares({ view }: { view: ScheduleView }) {
  if (view.shares.length === 0) return null;
  return (
    <Panel title="How it is shared" flush>
      <SimpleTable
        label="How it is shared"
        rows={view.shares}
        rowKey={(share) => share.person}
        columns={[
          { header: 'Person', cell: (share) => itemName(share.person) },
          { header: 'Hours', align: 'end', cell: (share) => Math.round(share.hours) },
          { header: 'Nights', align: 'end', cell: (share) => share.nights },
          { header: 'Weekends', align: 'end', cell: (share) => share.weekends },
          { header: 'Holidays', align: 'end', cell: (share) => share.holidays },
        ]}
      />
    </Panel>
  );
}
