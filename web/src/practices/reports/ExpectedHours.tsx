import { Button } from '@mantine/core';

import { type ExpectedHour, reports } from '../../api';
import { useSend } from '../../kit/command';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName, count } from '../../kit/words';
import { dayName, hourName } from './patterns';
import styles from './reports.module.css';

/** What people expect and is therefore not shown; it can be taken back. */
export function ExpectedHours({ expected }: { expected: ExpectedHour[] }) {
  return (
    <SimpleTable
      label="Expected hours"
      rows={expected}
      rowKey={({ what }) => Object.values(what).join(' ')}
      columns={[
        {
          header: 'Expected',
          cell: ({ what }) => (
            <div>
              {dayName(what.day)}, {hourName(what.hour)}{' '}
              <span className={styles.sub}>{what.time_zone}</span>
              <div className={styles.sub}>
                {what.kind === 'silence' ? 'nothing comes' : 'far more'}
              </div>
            </div>
          ),
        },
        {
          header: 'Rule',
          cell: ({ what }) => (
            <div>
              {what.name ?? 'All rules together'}
              <div className={styles.sub}>{what.source}</div>
            </div>
          ),
        },
        {
          header: 'Why',
          cell: (each) => (
            <div>
              {each.note || <span className={styles.sub}>no reason given</span>}
              <div className={styles.sub}>
                {actorName(each.by)}, <TimeAgo at={each.at} />
              </div>
            </div>
          ),
        },
        { header: 'Not shown', align: 'end', cell: (each) => count(each.hidden, 'hour') },
        { header: '', align: 'end', cell: (each) => <TakeBack expected={each} /> },
      ]}
    />
  );
}

function TakeBack({ expected }: { expected: ExpectedHour }) {
  const { what } = expected;
  const { run, pending, problem, reload } = useSend(() =>
    reports.expect({ what, expected: false, note: '' }),
  );
  if (!expected.allowed.includes('take_back')) return null;
  return (
    <div>
      <Button
        size="compact-xs"
        variant="default"
        loading={pending}
        aria-label={`Take back that ${what.name ?? 'all rules together'} is expected on ${dayName(what.day)} at ${hourName(what.hour)}`}
        onClick={() => void run()}
      >
        Take back
      </Button>
      <Refusal problem={problem} reload={reload} />
    </div>
  );
}
