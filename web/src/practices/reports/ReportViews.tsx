import { Link } from '@tanstack/react-router';

import kit from '../../kit/kit.module.css';

/** Which report. */
export function ReportViews() {
  return (
    <nav className={kit.views} aria-label="Reports">
      <Link to="/reports" activeOptions={{ exact: true, includeSearch: false }}>
        Times
      </Link>
      <Link to="/reports/figures" activeOptions={{ includeSearch: false }}>
        Figures
      </Link>
      <Link to="/reports/monthly" activeOptions={{ includeSearch: false }}>
        Monthly
      </Link>
      <Link to="/reports/alerts" activeOptions={{ includeSearch: false }}>
        Alert rules
      </Link>
      <Link to="/reports/load" activeOptions={{ includeSearch: false }}>
        On-call load
      </Link>
    </nav>
  );
}
