import { useQuery } from '@tanstack/react-query';

import { clocks } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { count } from '../../kit/words';
import { absolute } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './incidents.module.css';
import { type Hit, hitBy } from './consumers';
import type { PartProps } from './part';
import { PlacedCommand } from './PlacedCommand';

/** Who feels it: the first thing to know about an incident, also once the service is back. */
export function Affected({ incident, send, can }: PartProps) {
  const { affected } = incident;
  const consumers = useConsumers(incident.id);
  const groups = [
    ['Use cases', affected.usecases],
    ['Products', affected.products],
    ['Services', affected.services],
  ] as const;
  const known =
    consumers.length > 0 ||
    groups.some(([, items]) => items.length > 0) ||
    typeof affected.users === 'number';
  return (
    <Panel
      title="Customer impact"
      actions={
        <>
          <PlacedCommand command={can('set_service')} send={send} />
          <PlacedCommand
            command={can('set_affected')}
            send={send}
            initial={affected.note ? { note: affected.note } : {}}
          />
        </>
      }
    >
      {!known && (
        <div className={styles.sub}>
          No use case or product is known to be hit. Either nothing depends on the item, or the
          estate does not say so yet.
        </div>
      )}
      <div className={styles.impactGroups}>
        {typeof affected.users === 'number' && (
          <div className={styles.impactGroup}>
            <h3>Users</h3>
            <span className={styles.big}>{count(affected.users, 'user')}</span>
            {typeof incident.user_minutes === 'number' && (
              <div className={styles.sub}>
                {count(Math.round(incident.user_minutes), 'user minute')} lost
                {incident.times.restored ? '' : ' so far'}
              </div>
            )}
          </div>
        )}
        {consumers.length > 0 && (
          <div className={styles.impactGroup} data-weight="high">
            <h3>Consumers</h3>
            <ul>
              {consumers.map(({ consumer, contracts }) => (
                <li key={consumer}>
                  <ItemLink item={consumer} />{' '}
                  <span className={styles.sub}>
                    by{' '}
                    {contracts.map(({ contract, title }, place) => (
                      <span key={contract}>
                        {place > 0 ? ', ' : ''}
                        <ItemLink item={contract} title={title} />
                      </span>
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          </div>
        )}
        {groups.map(([title, items]) =>
          items.length === 0 ? null : (
            <div
              key={title}
              className={styles.impactGroup}
              data-weight={title === 'Services' ? 'normal' : 'high'}
            >
              <h3>{title}</h3>
              <ul>
                {items.slice(0, 12).map((item) => (
                  <li key={item}>
                    <ItemLink item={item} />
                  </li>
                ))}
                {items.length > 12 && <li className={styles.sub}>and {items.length - 12} more</li>}
              </ul>
            </div>
          ),
        )}
      </div>
      {incident.service_marks.length > 0 && (
        <ul className={styles.sub}>
          {incident.service_marks.map((mark) => (
            <li key={mark.from}>
              {mark.service === 'degraded' ? 'Degraded' : 'Down'} from {absolute(mark.from)} on:{' '}
              {mark.reason}
            </li>
          ))}
        </ul>
      )}
      {affected.note && <p style={{ margin: '10px 0 0', fontSize: 13 }}>{affected.note}</p>}
      {incident.description && (
        <p style={{ margin: '10px 0 0', fontSize: 13, whiteSpace: 'pre-wrap' }}>
          {incident.description}
        </p>
      )}
    </Panel>
  );
}

/** To whom contracts promise what is hit, and by which. */
function useConsumers(id: string): Hit[] {
  return hitBy(useQuery(clocks.ofIncident(id)).data?.contracts ?? []);
}
