import { Link } from '@tanstack/react-router';

import styles from './kit.module.css';

/** The ways to look at alerts: what fires, what fired, which rules are noise, what is to be tuned. */
export function AlertViews() {
  return (
    <nav className={styles.views} aria-label="Views of alerts">
      <Link to="/alerts" activeOptions={{ exact: true, includeSearch: false }}>
        Now
      </Link>
      <Link to="/alerts/history" activeOptions={{ includeSearch: false }}>
        History
      </Link>
      <Link to="/reports/alerts" activeOptions={{ includeSearch: false }}>
        Analysis
      </Link>
      <Link to="/alerts/routing" activeOptions={{ includeSearch: false }}>
        Routing
      </Link>
      <Link to="/tuning" activeOptions={{ includeSearch: false }}>
        Tuning
      </Link>
    </nav>
  );
}
