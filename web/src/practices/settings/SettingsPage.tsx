import { Link, Outlet, useParams } from '@tanstack/react-router';

import { PageHead } from '../../ui/PageHead';
import styles from './settings.module.css';

export const settingsParts = [
  ['accounts', 'Accounts'],
  ['people', 'People and teams'],
  ['tokens', 'API tokens'],
  ['integrations', 'Integration keys'],
  ['mappings', 'Webhook mappings'],
  ['sources', 'Data sources'],
  ['rules', 'Match rules'],
  ['classification', 'Classification'],
  ['routes', 'Routes'],
  ['escalation', 'Escalation'],
  ['priority', 'Priority'],
  ['policy', 'Policy'],
  ['notifications', 'Notifications'],
  ['chat', 'Chat'],
  ['reports', 'Reports by mail'],
  ['load', 'Limits of load'],
  ['outbox', 'Undelivered'],
  ['about', 'About'],
] as const;

/** Everything that is set up once and looked at rarely. */
export function SettingsPage() {
  const { part } = useParams({ strict: false });
  return (
    <>
      <PageHead title="Settings" />
      <div className={styles.columns}>
        <nav className={styles.nav} aria-label="Settings">
          {settingsParts.map(([part, label]) => (
            <Link
              key={part}
              to="/settings/$part"
              params={{ part }}
              className={styles.place}
              activeOptions={{ includeSearch: false }}
            >
              {label}
            </Link>
          ))}
        </nav>
        <div className={styles.part} data-part={part}>
          <Outlet />
        </div>
      </div>
    </>
  );
}
