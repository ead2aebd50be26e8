import { useQuery } from '@tanstack/react-query';

import { settings } from '../../api';
import { Loaded } from '../../kit/QueryState';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { Panel } from '../../ui/Panel';
import { EmptyState, ProblemBox } from '../../ui/States';
import styles from './settings.module.css';

/** The backups that Operate makes by itself. */
export function Backups() {
  const query = useQuery(settings.backups());
  return (
    <Loaded query={query} rows={2}>
      {({ folder, every_hours, keep, wrong, backups }) => (
        <Panel title="Backups" count={backups.length || undefined} flush>
          {wrong && <ProblemBox title="A backup is missed">{wrong}</ProblemBox>}
          {folder && (
            <p className={styles.intro}>
              One every {every_hours} hours into <code>{folder}</code>; the newest {keep} are kept.
            </p>
          )}
          {!folder ? (
            <EmptyState title="Operate makes no backups by itself">
              Name a folder as <code>folder</code> under <code>[backup]</code> in the configuration,
              on another disk than the database.
            </EmptyState>
          ) : backups.length === 0 ? (
            <EmptyState title="None was made yet">
              The first is made within a minute of the start.
            </EmptyState>
          ) : (
            <SimpleTable
              label="Backups"
              rows={backups}
              rowKey={(backup) => backup.file}
              columns={[
                { header: 'Made', cell: (backup) => <TimeAgo at={backup.made_at} /> },
                { header: 'File', cell: (backup) => <code>{backup.file}</code> },
                { header: 'Size', align: 'end', cell: (backup) => size(backup.bytes) },
              ]}
            />
          )}
        </Panel>
      )}
    </Loaded>
  );
}

function size(bytes: number): string {
  const megabytes = bytes / 1_000_000;
  return megabytes < 1 ? `${Math.ceil(bytes / 1000)} kB` : `${megabytes.toFixed(1)} MB`;
}
