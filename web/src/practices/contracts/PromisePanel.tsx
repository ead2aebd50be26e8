import { Link } from '@tanstack/react-router';

import type { ConsumerPromise } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { count } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import { ConsumableMark } from './Consumable';
import styles from './contracts.module.css';
import { AllowanceBar, NowMark, Trend } from './Marks';
import { bare, percent } from './say';
import { Words } from './Words';

interface Props {
  promise: ConsumerPromise;
  /** Whether what it is about and all of its figures are a click away. */
  linked?: boolean;
}

/** One contract from the side of its consumer: how it stands, what was kept, and what it says. */
export function PromisePanel({ promise, linked = false }: Props) {
  return (
    <Panel title={promise.title} actions={<NowMark row={promise} />}>
      <div className={styles.pair}>
        <div>
          {linked && (
            <p className={styles.answer}>
              {promise.scope.map((item) => (
                <ItemLink key={item} item={item} />
              ))}
            </p>
          )}
          {promise.now && (
            <>
              <p className={styles.answer}>
                This period so far: <b>{percent(promise.now.measured_percent)}</b> of{' '}
                {percent(promise.now.target_percent)} promised.
              </p>
              <AllowanceBar bar={promise.now} />
              {promise.now.consumable && (
                <p className={styles.answer}>
                  Could be used as agreed so far: <ConsumableMark answer={promise.now.consumable} />{' '}
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
            {linked && (
              <Link to="/contracts/$name" params={{ name: bare(promise.contract) }}>
                All of it
              </Link>
            )}
          </p>
        </div>
        <Words words={promise.words} />
      </div>
    </Panel>
  );
}
