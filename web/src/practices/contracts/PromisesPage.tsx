import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';

import { contracts } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { count } from '../../kit/words';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { ConsumableMark } from './Consumable';
import styles from './contracts.module.css';
import { AllowanceBar, NowMark, Trend } from './Marks';
import { bare, percent } from './say';
import { Words } from './Words';

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
              <Panel
                key={promise.contract}
                title={promise.title}
                actions={<NowMark row={promise} />}
              >
                <div className={styles.pair}>
                  <div>
                    <p className={styles.answer}>
                      {promise.scope.map((item) => (
                        <ItemLink key={item} item={item} />
                      ))}
                    </p>
                    {promise.now && (
                      <>
                        <p className={styles.answer}>
                          This period so far: <b>{percent(promise.now.measured_percent)}</b> of{' '}
                          {percent(promise.now.target_percent)} promised.
                        </p>
                        <AllowanceBar bar={promise.now} />
                        {promise.now.consumable && (
                          <p className={styles.answer}>
                            Could be used as agreed so far:{' '}
                            <ConsumableMark answer={promise.now.consumable} />{' '}
                            <span className={styles.sub}>{promise.now.consumable_because}.</span>
                          </p>
                        )}
                      </>
                    )}
                    <h3 className={styles.small}>Before</h3>
                    <Trend bars={promise.trend} />
                    <p className={styles.sub}>
                      {promise.kept} kept, {promise.missed} missed of the last{' '}
                      {count(promise.trend.length, 'period')}.{' '}
                      <Link to="/contracts/$name" params={{ name: bare(promise.contract) }}>
                        All of it
                      </Link>
                    </p>
                  </div>
                  <Words words={promise.words} />
                </div>
              </Panel>
            ))}
          </div>
        </>
      )}
    </Loaded>
  );
}
