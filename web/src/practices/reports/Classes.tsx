import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import type { AlertClassed, ClassCounts, ImpactClass, RulesReport } from '../../api';
import { type SimpleColumn, SimpleTable } from '../../kit/SimpleTable';
import { classWord, impactWord } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { percent, type Time } from './Rules';

type Report = RulesReport['classes'];
type Row = ClassCounts & { source: string };

const classNames = Object.keys(classWord) as AlertClassed[];
const impactNames = Object.keys(impactWord) as ImpactClass[];

/** What the firings meant and what they put at risk, integration by integration. */
export function Classes({ report, time }: { report: Report; time: Time }) {
  const { total } = report;
  if (total.fired === 0) return null;
  const rows: Row[] = report.by_source;
  return (
    <div style={{ marginBottom: 12 }}>
      <Panel
        title="What they meant"
        count={`${percent(total.unclassified / total.fired)} unclassified`}
        flush
      >
        {total.unclassified === total.fired && <NoRule />}
        <SimpleTable
          label="Firings by class and by what they put at risk"
          rows={rows.length > 1 ? [...rows, { ...total, source: '' }] : rows}
          rowKey={(row) => row.source}
          columns={[
            { header: 'Source', cell: (row) => row.source || 'All together' },
            ...classNames.map((name) => column(name, classWord[name], { class: name }, time)),
            ...impactNames.map((name) => column(name, impactWord[name], { impact: name }, time)),
          ]}
        />
      </Panel>
    </div>
  );
}

/** A count with its share; it leads to the firings behind it. */
function column(
  name: AlertClassed | ImpactClass,
  header: string,
  filter: { class?: string; impact?: string },
  time: Time,
): SimpleColumn<Row> {
  return {
    header,
    align: 'end',
    cell: (row) =>
      row[name] === 0 ? (
        '–'
      ) : (
        <Link
          to="/alerts/history"
          search={{ ...time, ...filter, ...(row.source ? { source: row.source } : {}) }}
        >
          {row[name].toLocaleString('en-GB')} ({percent(row[name] / row.fired)})
        </Link>
      ),
  };
}

function NoRule() {
  return (
    <EmptyState
      title="No rule classifies alerts yet"
      action={
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link to="/settings/$part" params={{ part: 'classification' }} {...props} />
          )}
        >
          Make the first rule
        </Button>
      }
    >
      A rule says whether alerts inform, warn, or tell of a failure, what is done about them, and
      whether they put performance, security or compliance at risk.
    </EmptyState>
  );
}
