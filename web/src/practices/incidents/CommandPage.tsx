import { Anchor, Breadcrumbs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';

import { type Incident, incidents } from '../../api';
import { CommandBar } from '../../kit/CommandBar';
import { Loaded } from '../../kit/QueryState';
import { PageHead } from '../../ui/PageHead';
import { ContractClocks } from '../clocks/ContractClocks';
import { Affected } from './Affected';
import { Badges } from './IncidentPage';
import styles from './incidents.module.css';
import { IncidentTimeline } from './IncidentTimeline';
import { Tasks } from './lists';
import { Major } from './Major';
import { Paging } from './Paging';
import { inBar, initial, usePart } from './part';
import { Who } from './side';

/** What whoever leads a major incident looks at: time left, what is hit, who is called, what was done. */
export function CommandPage() {
  const { id } = useParams({ from: '/app/incidents/$id/command' });
  const query = useQuery(incidents.one(id));
  return (
    <Loaded query={query} rows={12}>
      {(incident) => <Content incident={incident} />}
    </Loaded>
  );
}

function Content({ incident }: { incident: Incident }) {
  const part = usePart(incident);
  return (
    <>
      <PageHead
        title={incident.title}
        documentTitle={`Command #${incident.number} ${incident.title}`}
        above={
          <Breadcrumbs separator="/" fz="sm" mb={2} component="nav" aria-label="Where this is">
            <Anchor component={Link} to="/incidents" inherit>
              Incidents
            </Anchor>
            <Anchor
              inherit
              renderRoot={(props) => (
                <Link to="/incidents/$id" params={{ id: String(incident.number) }} {...props} />
              )}
            >
              #{incident.number}
            </Anchor>
            <span>Command</span>
          </Breadcrumbs>
        }
        meta={<Badges incident={incident} />}
      />
      <Major {...part} here />
      <div className={styles.next}>
        <div className={styles.nextText}>
          <b>Next:</b> {incident.next_step}
        </div>
        <CommandBar
          allowed={inBar(incident)}
          send={part.send}
          initial={(command) => initial(incident, command)}
        />
      </div>
      <div className={styles.threefold}>
        <div className={styles.stack}>
          <ContractClocks id={incident.id} />
          <Affected {...part} />
        </div>
        <div className={styles.aside}>
          <Paging incident={incident} />
          <Who {...part} />
          <Tasks {...part} />
        </div>
        <IncidentTimeline {...part} />
      </div>
    </>
  );
}
