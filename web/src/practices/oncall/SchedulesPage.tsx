import { Button } from '@mantine/core';
import { IconCalendarUser } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { oncall, type ScheduleLine, type ScheduleTurn } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { itemName } from '../../kit/words';
import { duration } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { HardToReach } from './HardToReach';
import styles from './oncall.module.css';
import { NobodyOnCall } from './NobodyOnCall';

/** Every schedule: who is on call now, who follows, what nobody covers. */
export function SchedulesPage() {
  const query = useQuery(oncall.schedules());
  return (
    <>
      <PageHead
        title="On call"
        meta="Who is on call now, and what nobody covers"
        actions={
          <Button
            variant="default"
            leftSection={<IconCalendarUser size={14} />}
            renderRoot={(props) => <Link to="/my/on-call" {...props} />}
          >
            My shifts
          </Button>
        }
      />
      <Loaded query={query} rows={4}>
        {({ items }) =>
          items.length === 0 ? (
            <div className={styles.stack}>
              <NobodyOnCall />
              <EmptyState title="No schedule yet">
                A schedule says who is on call when: people who take turns, in layers, with holidays
                and illness taken care of. Add one under Estate, or keep it in a file and run
                operate apply.
              </EmptyState>
            </div>
          ) : (
            <div className={styles.stack}>
              <NobodyOnCall />
              <HardToReach />
              <Panel title="Schedules" count={items.length} flush>
                <SimpleTable
                  label="Schedules"
                  rows={items}
                  rowKey={(line) => line.schedule}
                  columns={[
                    { header: 'Schedule', cell: (line) => <Name line={line} /> },
                    { header: 'On call now', cell: (line) => <Now line={line} /> },
                    { header: 'Then', cell: (line) => <Then turn={line.next} /> },
                    { header: 'Team', cell: (line) => line.team && <ItemLink item={line.team} /> },
                    {
                      header: 'Not covered in 8 weeks',
                      align: 'end',
                      cell: (line) => <Uncovered line={line} />,
                    },
                  ]}
                />
              </Panel>
            </div>
          )
        }
      </Loaded>
    </>
  );
}

function Name({ line }: { line: ScheduleLine }) {
  return (
    <Link to="/oncall/$name" params={{ name: itemName(line.schedule) }}>
      {line.title}
    </Link>
  );
}

function Now({ line }: { line: ScheduleLine }) {
  if (line.problem) return <span className={styles.bad}>{line.problem}</span>;
  if (!line.now) return <span className={styles.bad}>Nobody</span>;
  return (
    <span title={line.now.why}>
      <ItemLink item={line.now.person} title={line.now.name} />
      {line.now.changed && <span className={styles.sub}> ({line.now.why})</span>}
    </span>
  );
}

function Then({ turn }: { turn: ScheduleTurn | null | undefined }) {
  if (!turn) return <span>–</span>;
  return (
    <span>
      {turn.name} <TimeAgo at={turn.from} />
    </span>
  );
}

function Uncovered({ line }: { line: ScheduleLine }) {
  if (line.problem) return <span>–</span>;
  if (line.asked_by.length === 0) return <span className={styles.sub}>Not asked for</span>;
  if (line.uncovered_minutes === 0) return <span className={styles.good}>Nothing</span>;
  return <span className={styles.bad}>{duration(line.uncovered_minutes * 60)}</span>;
}
