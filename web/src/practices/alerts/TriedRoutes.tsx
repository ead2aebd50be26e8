import { IconArrowDownRight, IconCheck, IconX } from '@tabler/icons-react';

import type { Explanation } from '../../api';
import styles from './why.module.css';

type Tried = Explanation['routes'][number];

/** The routes that were tried, each below the one that it belongs to. */
export function TriedRoutes({ routes }: { routes: Tried[] }) {
  return (
    <ul className={styles.routes} aria-label="Routes that were tried">
      {routes.map((route, place) => (
        <li
          key={place}
          data-verdict={route.verdict}
          style={{ marginInlineStart: Math.min(route.depth, 6) * 18 }}
        >
          <span className={styles.verdict} aria-hidden>
            {route.verdict === 'takes' ? (
              <IconCheck size={14} stroke={2.5} />
            ) : route.verdict === 'passes' ? (
              <IconArrowDownRight size={14} />
            ) : (
              <IconX size={14} />
            )}
          </span>
          <div>
            {route.matchers ? (
              <code>{route.matchers}</code>
            ) : (
              <span>The root, for every alert,</span>
            )}
            <span className={styles.to}> to {route.receiver}: </span>
            {said(route)}
            {route.ends && (
              <div className={styles.sub}>
                Routes after it on this level were not tried: it does not say <code>continue</code>.
              </div>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function said(route: Tried) {
  if (route.verdict === 'takes') return <b>takes it</b>;
  if (route.verdict === 'passes') return 'passed over, a route below takes it';
  return (
    <>
      refused, since it does not fit <code>{route.refused_by}</code>
    </>
  );
}
