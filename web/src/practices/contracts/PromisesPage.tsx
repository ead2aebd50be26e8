import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';

import { contracts } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { count } from '../../kit/words';
import { PageHead } from '../../ui/PageHead';
import { EmptyState } from '../../ui/States';
import styles from './contracts.module.css';
import { PromisePanel } from './PromisePanel';

/** What a consumer was promised, how it stands now, and what was kept: nothing else. */
export function PromisesPage() {
  const { kind, name } = useParams({ from: '/app/promises/$kind/$name' });
  const query = useQuery(contracts.promises(`${kind}/${name}`));
  return (
    <Loaded query={query} rows={8}>
      {(found) => (
        <>
          <PageHead
            title={`What ${found.title} was promised`}
            meta={count(found.promises.length, 'contract')}
          />
          {found.promises.length === 0 && (
            <EmptyState title="Nothing was promised">
              No contract names <ItemLink item={found.consumer} /> as its consumer.{' '}
              <Link to="/contracts">All contracts</Link>
            </EmptyState>
          )}
          <div className={styles.stack}>
            {found.promises.map((promise) => (
              <PromisePanel key={promise.contract} promise={promise} linked />
            ))}
          </div>
        </>
      )}
    </Loaded>
  );
}
