import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { incidents } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { TimeAgo } from '../../kit/TimeAgo';
import { count } from '../../kit/words';
import styles from './incidents.module.css';

/** Planned work that runs now, and the alerts that it explains: they are no incidents. */
export function PlannedWork() {
  const found = useQuery(incidents.maintenance()).data;
  const running = found?.windows.filter((window) => window.running) ?? [];
  if (!found || running.length + found.expected.length === 0) return null;
  return (
    <aside className={styles.planned} aria-label="Planned work">
      {running.map((window) => (
        <div key={`${window.window} ${window.start}`}>
          <b>Planned work:</b> {window.reason} (
          <ItemLink item={window.window} title={window.title} />
          ), until <TimeAgo at={window.end} />
        </div>
      ))}
      {found.expected.length > 0 && (
        <details>
          <summary>{count(found.expected.length, 'alert')} expected: no incident yet</summary>
          <ul className={styles.tasks}>
            {found.expected.map((expected) => (
              <li key={expected.id}>
                <Link to="/alerts/$id" params={{ id: expected.alert }}>
                  {expected.title}
                </Link>
                <span className={styles.sub}>{expected.because}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </aside>
  );
}
