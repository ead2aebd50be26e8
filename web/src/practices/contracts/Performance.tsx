import { Link } from '@tanstack/react-router';

import type { PerformanceFigures } from '../../api';
import { SimpleTable } from '../../kit/SimpleTable';
import { absolute } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './contracts.module.css';
import { LeftOut } from './LeftOut';
import { VerdictMark } from './Marks';
import { number, percent, span } from './say';

/** How well it performed: each objective of the contract, and when it fell short. */
export function Performance({
  lines,
  label = 'Objectives of this contract',
}: {
  lines: PerformanceFigures[];
  label?: string;
}) {
  if (lines.length === 0) return null;
  const breaches = lines.flatMap((line) => line.breaches.map((breach) => ({ line, breach })));
  const left = lines.reduce((sum, line) => sum + line.breaches_count, 0) - breaches.length;
  return (
    <Panel title="How well it performed" flush>
      <SimpleTable
        label={label}
        rows={lines}
        rowKey={(line) => line.objective}
        columns={[
          { header: 'Objective', cell: (line) => <Named line={line} /> },
          { header: 'Verdict', cell: (line) => <VerdictMark verdict={line.verdict} /> },
          { header: 'Promised', align: 'end', cell: (line) => percent(line.target_percent) },
          { header: 'Reached', align: 'end', cell: (line) => percent(line.reached_percent) },
          { header: 'Unknown', align: 'end', cell: (line) => percent(line.unknown_percent, 1) },
          {
            header: 'Bad',
            align: 'end',
            cell: (line) => (
              <>
                {number(line.bad)} of {number(line.total)}
                <Cycles line={line} />
              </>
            ),
          },
          { header: 'Left out', cell: (line) => <LeftOut lines={line.excluded ?? []} /> },
          {
            header: 'Breaches',
            align: 'end',
            cell: (line) =>
              line.breaches_count > 0
                ? `${line.breaches_count}, ${span(line.breached_seconds)}`
                : 'None',
          },
        ]}
      />
      {breaches.length > 0 && (
        <SimpleTable
          label="Stretches in which an objective fell short"
          rows={breaches}
          rowKey={({ line, breach }) => `${line.objective} ${breach.from}`}
          columns={[
            { header: 'Breach of', cell: ({ line }) => line.title },
            {
              header: 'From',
              cell: ({ breach }) => <time dateTime={breach.from}>{absolute(breach.from)}</time>,
            },
            {
              header: 'Until',
              cell: ({ breach }) => <time dateTime={breach.to}>{absolute(breach.to)}</time>,
            },
            {
              header: 'Reached',
              align: 'end',
              cell: ({ breach }) => percent(breach.reached_percent),
            },
            {
              header: 'Bad',
              align: 'end',
              cell: ({ breach }) => `${number(breach.bad)} of ${number(breach.total)}`,
            },
          ]}
        />
      )}
      {left > 0 && <p className={styles.status}>{left} shorter ones are not listed.</p>}
    </Panel>
  );
}

/** How many cycles there are to a failure, where cycles are counted. */
export function Cycles({ line }: { line: PerformanceFigures }) {
  const { cycle, cycles_per_failure } = line;
  if (!cycle || line.total === 0) return null;
  return (
    <div className={styles.sub}>
      {typeof cycles_per_failure === 'number'
        ? `${cycle}: one failure in ${number(cycles_per_failure)}`
        : `${cycle}: none failed`}
    </div>
  );
}

function Named({ line }: { line: PerformanceFigures }) {
  const name = line.objective.replace(/^objective\//, '');
  return (
    <Link to="/objectives/$name" params={{ name }}>
      {line.title}
    </Link>
  );
}
