import { Link } from '@tanstack/react-router';

import type { Alert } from '../../api';
import { SeverityMark, StateWord } from '../../kit/Badges';
import { ClassCell, ClassInline } from '../../kit/ClassMark';
import type { Column } from '../../kit/DataTable';
import { ItemLink } from '../../kit/ItemLink';
import kit from '../../kit/kit.module.css';
import { TimeAgo } from '../../kit/TimeAgo';
import styles from './alerts.module.css';
import { Pick, type Picking } from './Pick';
import { SilencedMark } from './SilencedMark';

const severity: Column<Alert> = {
  id: 'severity',
  header: 'Severity',
  track: '104px',
  sort: 'severity',
  cell: (row) => <SeverityMark severity={row.severity} />,
};
const title: Column<Alert> = {
  id: 'title',
  header: 'Alert',
  sort: 'name',
  track: 'minmax(0, 1fr)',
  cell: (row) => (
    <div className={styles.titleCell}>
      <Link to="/alerts/$id" params={{ id: row.id }} className={kit.rowLink} data-primary>
        {row.name}
      </Link>
      <span className={styles.sub}>
        <SilencedMark alert={row} /> {row.summary}
      </span>
    </div>
  ),
};
const meaning: Column<Alert> = {
  id: 'class',
  header: 'Class',
  track: '118px',
  spare: true,
  cell: (row) => <ClassCell alert={row.id} given={row.classification} />,
};
const state: Column<Alert> = {
  id: 'state',
  header: 'State',
  track: '124px',
  cell: (row) => <StateWord state={row.state} />,
};
const since: Column<Alert> = {
  id: 'since',
  header: 'Since',
  track: '104px',
  align: 'end',
  sort: 'starts_at',
  cell: (row) => <TimeAgo at={row.starts_at} />,
};

/** The columns of the list. */
export const matchedColumns: Column<Alert>[] = [
  severity,
  title,
  meaning,
  {
    id: 'item',
    header: 'Item',
    track: 'minmax(0, 0.6fr)',
    cell: (row) => (row.item ? <ItemLink item={row.item} /> : <RuleLink alert={row} />),
  },
  state,
  {
    id: 'incident',
    header: 'Incident',
    track: '84px',
    spare: true,
    cell: (row) => <IncidentLink alert={row} />,
  },
  since,
];

/** The columns of the list of alerts without an item. */
export const unmatchedColumns: Column<Alert>[] = [
  severity,
  title,
  { id: 'source', header: 'Source', track: '130px', spare: true, cell: (row) => row.source },
  state,
  { id: 'rule', header: '', track: '110px', cell: (row) => <RuleLink alert={row} /> },
  since,
];

function IncidentLink({ alert }: { alert: Alert }) {
  if (!alert.incident) return <span className={styles.sub}>none</span>;
  return (
    <Link to="/incidents/$id" params={{ id: alert.incident }}>
      Open it
    </Link>
  );
}

function RuleLink({ alert }: { alert: Alert }) {
  return (
    <Link to="/settings/$part" params={{ part: 'rules' }} search={{ alert: alert.id }}>
      Make a rule
    </Link>
  );
}

/** The box that chooses a row for a command that is given to many. */
export function pickColumn(picking: Picking): Column<Alert> {
  return {
    id: 'pick',
    header: '',
    track: '20px',
    cell: (row) => <Pick picking={picking} id={row.id} name={row.name} />,
  };
}

/** The same row on a narrow screen. */
export function AlertCard({
  row,
  unmatched,
  picking,
}: {
  row: Alert;
  unmatched: boolean;
  picking?: Picking;
}) {
  return (
    <>
      <div className={styles.cardTop}>
        {picking && <Pick picking={picking} id={row.id} name={row.name} />}
        <SeverityMark severity={row.severity} />
        <StateWord state={row.state} />
        <TimeAgo at={row.starts_at} />
      </div>
      <Link to="/alerts/$id" params={{ id: row.id }} className={kit.rowLink} data-primary>
        {row.name}
      </Link>
      <div className={styles.sub}>
        <SilencedMark alert={row} /> {row.summary}
      </div>
      <div style={{ fontSize: 12 }}>
        {row.item && !unmatched ? <ItemLink item={row.item} /> : <RuleLink alert={row} />} ·{' '}
        <ClassInline alert={row.id} given={row.classification} />
      </div>
    </>
  );
}
