import { Switch } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import type { ComplianceLine } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { SimpleTable } from '../../kit/SimpleTable';
import { words } from '../../kit/words';
import { absolute } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './contracts.module.css';
import { span } from './say';

/** The intervals behind the figures, each with its incident and why it counts or not. */
export function Lines({ lines }: { lines: ComplianceLine[] }) {
  const [all, setAll] = useState(true);
  const left = lines.filter((line) => line.counted_seconds === 0).length;
  const shown = all ? lines : lines.filter((line) => line.counted_seconds > 0);
  return (
    <Panel
      title="Why these figures"
      count={lines.length || undefined}
      flush={lines.length > 0}
      actions={
        left > 0 ? (
          <Switch
            size="xs"
            label="Also what was not counted"
            checked={all}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
        ) : undefined
      }
    >
      {lines.length === 0 ? (
        <div className={styles.sub}>Nothing went wrong, and nothing was planned.</div>
      ) : (
        <SimpleTable
          label="Intervals behind the figures"
          rows={shown}
          rowKey={(line) => `${line.kind} ${line.from} ${line.to} ${line.incident?.id ?? ''}`}
          columns={[
            { header: 'What', cell: (line) => <What line={line} /> },
            {
              header: 'From',
              cell: (line) => <time dateTime={line.from}>{absolute(line.from)}</time>,
            },
            {
              header: 'Until',
              cell: (line) =>
                line.ongoing ? 'Lasts' : <time dateTime={line.to}>{absolute(line.to)}</time>,
            },
            {
              header: 'Counted',
              align: 'end',
              cell: (line) => (line.counted_seconds > 0 ? span(line.counted_seconds) : 'Not'),
            },
            { header: 'Why', cell: (line) => line.why },
          ]}
        />
      )}
    </Panel>
  );
}

function What({ line }: { line: ComplianceLine }) {
  if (line.incident) {
    return (
      <div>
        <Link to="/incidents/$id" params={{ id: line.incident.id }}>
          #{line.incident.number} {line.incident.title}
        </Link>
        <div className={styles.sub}>{words(line.kind)}</div>
      </div>
    );
  }
  if (line.maintenance) return <ItemLink item={line.maintenance} />;
  return <>{line.kind === 'unknown' ? 'Unknown' : words(line.kind)}</>;
}
