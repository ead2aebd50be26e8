import { Anchor, Breadcrumbs, Button } from '@mantine/core';
import { IconFileAnalytics } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';

import { type ContractDetail, contracts } from '../../api';
import { StateWord } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { itemKind, itemName, words } from '../../kit/words';
import { absolute, now } from '../../ui/clock';
import { Facts } from '../../ui/Facts';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { AllowanceChart } from './AllowanceChart';
import { Consumable } from './Consumable';
import styles from './contracts.module.css';
import { FigureTiles, restOf } from './Figures';
import { History } from './History';
import { Lines } from './Lines';
import { NowMark, OutlookMark } from './Marks';
import { Performance } from './Performance';
import { bare, capital, percent, span } from './say';
import { WhatIf } from './WhatIf';
import { Words } from './Words';

/** One contract: the promise in plain words, how it stands, and what was kept. */
export function ContractPage() {
  const { name } = useParams({ from: '/app/contracts/$name' });
  const query = useQuery(contracts.one(name));
  return (
    <Loaded query={query} rows={12}>
      {(contract) => <Content contract={contract} name={name} />}
    </Loaded>
  );
}

const typeWord = {
  sla: 'Service level agreement',
  ola: 'Operational level agreement',
  underpinning: 'Underpinning contract',
} satisfies Record<ContractDetail['contract_type'], string>;

function Content({ contract, name }: { contract: ContractDetail; name: string }) {
  const { present } = contract;
  return (
    <>
      <PageHead
        title={contract.title}
        above={
          <Breadcrumbs separator="/" fz="sm" mb={2} component="nav" aria-label="Where this is">
            <Anchor component={Link} to="/contracts" inherit>
              Contracts
            </Anchor>
            <span>{name}</span>
          </Breadcrumbs>
        }
        meta={
          <div className={styles.badges}>
            <NowMark row={contract} />
            <span>{typeWord[contract.contract_type]}</span>
            <span>{contract.promise}</span>
          </div>
        }
        actions={
          present || contract.history.length > 0 ? (
            <Button
              variant="default"
              leftSection={<IconFileAnalytics size={15} />}
              renderRoot={(props) => (
                <Link to="/contracts/$name/report" params={{ name }} {...props} />
              )}
            >
              Report
            </Button>
          ) : undefined
        }
      />
      {contract.check.standing === 'exceeds' && (
        <div className={styles.warning} role="note">
          <b>Promised better than what it rests on.</b> {contract.check.text}
        </div>
      )}
      {contract.unobserved.length > 0 && (
        <div className={styles.warning} role="note">
          <b>Not observed:</b> {contract.unobserved.join(', ')}. No alert was ever about it or about
          what it needs, no objective measures it, and no heartbeat watches it: nobody would know
          that it is down.
        </div>
      )}
      {present ? (
        <Present present={present} />
      ) : (
        <div className={styles.warning} role="note">
          {contract.state === 'draft'
            ? 'This contract is a draft: nothing is measured until it is agreed.'
            : `This contract is ${contract.state}: no period runs.`}
        </div>
      )}
      <div className={styles.columns}>
        <div className={styles.stack}>
          {present && <Consumable told={present.consumable} />}
          {present && <Lines lines={present.lines} />}
          {present && <Performance lines={present.performance ?? []} />}
          <History name={name} periods={contract.history} />
          {contract.supposed.length > 0 && <WhatIf supposed={contract.supposed} />}
        </div>
        <Side contract={contract} />
      </div>
    </>
  );
}

function Present({ present }: { present: NonNullable<ContractDetail['present']> }) {
  const { forecast } = present;
  return (
    <div className={styles.present}>
      <Panel
        title={`Now: ${present.period.name}`}
        actions={forecast ? <OutlookMark outlook={forecast.outlook} /> : undefined}
      >
        <FigureTiles figures={present} />
        {forecast && <p className={styles.answer}>{capital(forecast.because)}.</p>}
        {forecast && forecast.boundaries.length > 0 && (
          <ul className={styles.boundaries}>
            {forecast.boundaries.map((boundary) => (
              <li key={`${boundary.percent} ${boundary.credit_percent ?? ''}`}>
                <b>{percent(boundary.percent)}</b>{' '}
                {typeof boundary.credit_percent === 'number'
                  ? `(below it ${boundary.credit_percent} % is given back)`
                  : '(the target)'}
                :{' '}
                {boundary.left_seconds < 0
                  ? `crossed by ${span(-boundary.left_seconds)}`
                  : `${span(boundary.left_seconds)} left`}
                {boundary.crosses_at
                  ? `, crossed at this rate on ${absolute(boundary.crosses_at)}`
                  : ''}
              </li>
            ))}
          </ul>
        )}
        <AllowanceChart figures={present} now={new Date(now()).toISOString()} />
      </Panel>
    </div>
  );
}

function Side({ contract }: { contract: ContractDetail }) {
  const { consumer } = contract;
  return (
    <div className={styles.stack}>
      <Panel title="The promise">
        <Words words={contract.words} />
        {contract.text && <p className={styles.sub}>{contract.text}</p>}
      </Panel>
      <Panel title="Between whom">
        <Facts
          rows={[
            ['Promised by', <ItemLink key="p" item={contract.provider} />],
            ['To', <ItemLink key="c" item={consumer} />],
            [
              'About',
              <ul key="s" className={styles.plainList}>
                {contract.scope.map((item) => (
                  <li key={item}>
                    <ItemLink item={item} />
                  </li>
                ))}
              </ul>,
            ],
            ['State', words(contract.state)],
            ['From', absolute(contract.start)],
            ['Until', contract.end ? absolute(contract.end) : 'Open'],
          ]}
        />
        <p className={styles.sub}>
          <Link
            to="/promises/$kind/$name"
            params={{ kind: itemKind(consumer), name: itemName(consumer) }}
          >
            As {itemName(consumer)} sees it
          </Link>
          {' · '}
          <Link
            to="/estate/$kind/$name"
            params={{ kind: 'servicecontract', name: bare(contract.contract) }}
          >
            As it is written
          </Link>
        </p>
      </Panel>
      {contract.present && (
        <Panel title="More figures of this period">
          <Facts rows={restOf(contract.present)} />
        </Panel>
      )}
      <RestsOn contract={contract} />
      {contract.versions.length > 1 && <Versions contract={contract} />}
    </div>
  );
}

function RestsOn({ contract }: { contract: ContractDetail }) {
  return (
    <Panel title="What it rests on">
      <div className={styles.sub}>{contract.check.text}</div>
      <ul className={styles.plainList}>
        {contract.underpinned_by.map((below) => (
          <li key={below.contract} className={styles.inline}>
            <Link to="/contracts/$name" params={{ name: bare(below.contract) }}>
              {below.title}
            </Link>
            <span className={styles.sub}>{percent(below.target_percent)}</span>
            {below.outlook ? (
              <OutlookMark outlook={below.outlook} />
            ) : (
              <StateWord state="no period runs" tone="none" />
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Versions({ contract }: { contract: ContractDetail }) {
  return (
    <Panel title="Versions" count={contract.versions.length}>
      <ul className={styles.versions}>
        {contract.versions.map((version) => (
          <li key={version.from}>
            <div>
              <b>{version.promise}</b>
            </div>
            <div className={styles.sub}>
              from {absolute(version.from)}
              {version.until ? ` to ${absolute(version.until)}` : ''}
            </div>
            {version.scope.join() !== contract.scope.join() && (
              <div className={styles.sub}>about {version.scope.join(', ')}</div>
            )}
            {version.reason && <div>{version.reason}</div>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
