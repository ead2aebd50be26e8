import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { contracts, type NewIncident, type PromisePreview } from '../../api';
import { PriorityBadge } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import { Failure } from '../../kit/QueryState';
import { absolute } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './incidents.module.css';

/** What is promised for a report, before it is sent: by the rules that will reckon it. */
export function Promised({ draft }: { draft: NewIncident }) {
  const [asked] = useDebouncedValue(
    {
      item: draft.item ?? '',
      impact: draft.impact ?? '',
      urgency: draft.urgency ?? '',
      severity: draft.severity ?? '',
    },
    200,
  );
  const query = useQuery({
    ...contracts.preview(asked),
    placeholderData: keepPreviousData,
    enabled: asked.item !== '',
  });
  if (asked.item === '') return null;
  if (query.isError) return <Failure error={query.error} />;
  return query.data ? <Told told={query.data} /> : null;
}

function Told({ told }: { told: PromisePreview }) {
  return (
    <Panel title="What is promised" count={<PriorityBadge priority={told.priority} />}>
      <div aria-live="polite">
        <p className={styles.because}>{told.lines.map((line) => line.because).join('; ')}.</p>
        {told.contracts.length === 0 && <p>No contract covers this item: nothing is promised.</p>}
        {told.contracts.map((contract) => (
          <Contract key={contract.contract} told={told} contract={contract} />
        ))}
      </div>
    </Panel>
  );
}

interface ContractProps {
  told: PromisePreview;
  contract: PromisePreview['contracts'][number];
}

function Contract({ told, contract }: ContractProps) {
  const own = told.clocks.filter((clock) => clock.contract === contract.contract);
  const hours = contract.words.find((part) => part.title === 'Service hours')?.lines ?? [];
  const [first] = own;
  return (
    <section className={styles.promised}>
      <h3>
        <ItemLink item={contract.contract} title={contract.title} />
      </h3>
      {contract.scope === 'outside' && (
        <p>It does not cover this item: work on it is best effort.</p>
      )}
      <p className={styles.because}>
        {hours.join(' ')}
        {first && !first.open_now ? ' It is outside of these hours now.' : ''}
      </p>
      {own.length > 0 ? (
        <ul>
          {own.map((clock) => (
            <li key={clock.clock}>
              {clock.promise}
              {clock.due_at ? `: by ${absolute(clock.due_at)}` : ''}
            </li>
          ))}
        </ul>
      ) : (
        <p>No times are promised for {told.priority}.</p>
      )}
    </section>
  );
}
