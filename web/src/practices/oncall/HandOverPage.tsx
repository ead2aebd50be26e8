import { Anchor, Breadcrumbs, Button, Group, Stack, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';

import { type HandedIncident, type HandOver, oncall } from '../../api';
import { PriorityBadge } from '../../kit/Badges';
import { useSend } from '../../kit/command';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName, stageWord } from '../../kit/words';
import { browserZone, duration } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import styles from './oncall.module.css';
import { format } from './Timeline';

/** What whoever comes on call has to know: for one turn of a schedule. */
export function HandOverPage() {
  const { name } = useParams({ from: '/app/oncall/$name/hand-over' });
  const { at } = useSearch({ from: '/app/oncall/$name/hand-over' });
  const query = useQuery(oncall.handOver(name, at));
  return (
    <Loaded query={query} rows={8}>
      {(report) => <Content report={report} name={name} at={at} />}
    </Loaded>
  );
}

interface PartProps {
  report: HandOver;
  name: string;
  at: string | undefined;
}

function Content({ report, name, at }: PartProps) {
  const text = format(browserZone());
  const { turn, next } = report;
  return (
    <>
      <PageHead
        title={`Hand-over: ${report.title}`}
        above={
          <Breadcrumbs separator="/" fz="sm" mb={2} component="nav" aria-label="Where this is">
            <Anchor component={Link} to="/oncall" inherit>
              On call
            </Anchor>
            <Anchor
              inherit
              renderRoot={(props) => <Link to="/oncall/$name" params={{ name }} {...props} />}
            >
              {report.title}
            </Anchor>
            <span>Hand-over</span>
          </Breadcrumbs>
        }
        meta={
          <span className={styles.meta}>
            <span>
              <ItemLink item={turn.person} title={turn.name} /> from {text(turn.from)} to{' '}
              {text(turn.until)}
            </span>
            {next ? (
              <span>
                then <ItemLink item={next.person} title={next.name} />
              </span>
            ) : (
              <span className={styles.bad}>Nobody follows at once.</span>
            )}
          </span>
        }
        actions={<Neighbours report={report} name={name} />}
      />
      <div className={styles.grid}>
        <div className={styles.stack}>
          <Incidents title="Open incidents" none="Nothing is open." rows={report.open} />
          <Pages report={report} />
          <Incidents title="Over" none="Nothing ended." rows={report.over} />
        </div>
        <div className={styles.stack}>
          <Notes report={report} name={name} at={at} />
          <Clocks report={report} />
          <Maintenance report={report} />
          <Silences report={report} />
        </div>
      </div>
    </>
  );
}

/** The turns before and after this one. */
function Neighbours({ report, name }: { report: HandOver; name: string }) {
  const navigate = useNavigate();
  const go = (at: number) =>
    void navigate({
      to: '/oncall/$name/hand-over',
      params: { name },
      search: { at: new Date(at).toISOString() },
    });
  const until = Date.parse(report.turn.until);
  return (
    <>
      <Button variant="default" onClick={() => go(Date.parse(report.turn.from) - 1000)}>
        Turn before
      </Button>
      <Button
        variant="default"
        disabled={until > Date.parse(report.now)}
        title={until > Date.parse(report.now) ? 'This turn runs' : undefined}
        onClick={() => go(until)}
      >
        Turn after
      </Button>
    </>
  );
}

function Incidents({ title, none, rows }: { title: string; none: string; rows: HandedIncident[] }) {
  return (
    <Panel title={title} count={rows.length} flush>
      {rows.length === 0 ? (
        <p className={styles.note}>{none}</p>
      ) : (
        <SimpleTable
          label={title}
          rows={rows}
          rowKey={(row) => row.incident}
          columns={[
            { header: 'Priority', cell: (row) => <PriorityBadge priority={row.priority} /> },
            {
              header: 'Incident',
              cell: (row) => (
                <Link to="/incidents/$id" params={{ id: row.incident }}>
                  #{row.number} {row.title}
                </Link>
              ),
            },
            { header: 'Stage', cell: (row) => stageWord[row.stage] },
            { header: 'Opened', cell: (row) => <TimeAgo at={row.opened_at} /> },
            {
              header: 'Works on it',
              cell: (row) => (row.assignee ? <ItemLink item={row.assignee} /> : 'nobody'),
            },
          ]}
        />
      )}
    </Panel>
  );
}

function Pages({ report }: { report: HandOver }) {
  const text = format(browserZone());
  return (
    <Panel title="Pages of the turn" count={report.pages.length} flush>
      {report.pages.length === 0 ? (
        <p className={styles.note}>Nobody was called.</p>
      ) : (
        <SimpleTable
          label="Pages of the turn"
          rows={report.pages}
          rowKey={(page) => page.page}
          columns={[
            { header: 'Called', cell: (page) => text(page.started_at) },
            {
              header: 'Incident',
              cell: (page) => (
                <Link to="/incidents/$id" params={{ id: page.incident }}>
                  #{page.number} {page.title}
                </Link>
              ),
            },
            {
              header: 'Answered',
              cell: (page) =>
                page.answered_by && page.answered_at ? (
                  `${actorName(page.answered_by)}, after ${duration(
                    (Date.parse(page.answered_at) - Date.parse(page.started_at)) / 1000,
                  )}`
                ) : (
                  <span className={styles.bad}>nobody</span>
                ),
            },
          ]}
        />
      )}
    </Panel>
  );
}

function Notes({ report, name, at }: PartProps) {
  const [typed, setTyped] = useState('');
  const { run, pending, problem, reload } = useSend(() =>
    oncall.addNote(name, { text: typed, ...(at ? { at } : {}) }),
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run().then((done) => {
      if (done) setTyped('');
    });
  };
  return (
    <Panel title="Notes" count={report.notes.length}>
      <Stack gap="sm">
        {report.notes.length === 0 && <p className={styles.lead}>Nothing was noted.</p>}
        {report.notes.map((note) => (
          <div key={note.at}>
            <div className={styles.written}>{note.text}</div>
            <div className={styles.sub}>
              {actorName(note.by)}, <TimeAgo at={note.at} />
            </div>
          </div>
        ))}
        {report.may_note && (
          <form onSubmit={submit}>
            <Stack gap="xs">
              <Refusal problem={problem} reload={reload} kept />
              <Textarea
                label="For whoever comes"
                autosize
                minRows={2}
                maxLength={4000}
                value={typed}
                onChange={(event) => setTyped(event.currentTarget.value)}
              />
              <Group justify="flex-end">
                <Button type="submit" size="xs" loading={pending} disabled={!typed.trim()}>
                  Add the note
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Stack>
    </Panel>
  );
}

function Clocks({ report }: { report: HandOver }) {
  if (report.clocks.length === 0) return null;
  return (
    <Panel title="Clocks at risk" count={report.clocks.length}>
      <ul className={styles.plain}>
        {report.clocks.map((clock) => (
          <li key={`${clock.incident} ${clock.contract} ${clock.clock}`}>
            <Link to="/incidents/$id" params={{ id: clock.incident }}>
              #{clock.number}
            </Link>{' '}
            {clock.clock} for {clock.contract_title}:{' '}
            <span className={styles.bad}>
              {clock.due_at ? (
                <>
                  due <TimeAgo at={clock.due_at} />
                </>
              ) : (
                'stands'
              )}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Maintenance({ report }: { report: HandOver }) {
  const text = format(browserZone());
  if (report.maintenance.length === 0) return null;
  return (
    <Panel title="Maintenance" count={report.maintenance.length}>
      <ul className={styles.plain}>
        {report.maintenance.map((window) => (
          <li key={`${window.window} ${window.from}`}>
            <ItemLink item={window.window} title={window.title} /> {text(window.from)} to{' '}
            {text(window.until)}
            <div className={styles.sub}>{window.reason}</div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Silences({ report }: { report: HandOver }) {
  const text = format(browserZone());
  if (report.silences.length === 0) return null;
  return (
    <Panel title="Silences" count={report.silences.length}>
      <ul className={styles.plain}>
        {report.silences.map((silence) => (
          <li key={silence.silence}>
            <Link to="/silences/$id" params={{ id: silence.silence }}>
              {silence.matchers}
            </Link>{' '}
            {text(silence.from)} to {text(silence.until)}
            <div className={styles.sub}>
              {silence.comment} ({silence.created_by})
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
