import { Alert, Anchor, Breadcrumbs, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';

import { objectives, type Objective } from '../../api';
import { StateWord } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { TimeAgo } from '../../kit/TimeAgo';
import { duration } from '../../ui/clock';
import { Facts } from '../../ui/Facts';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { LeftOut } from '../contracts/LeftOut';
import { BudgetBar } from './BudgetBar';
import { BudgetCharts } from './BudgetCharts';
import { amount, burn, percent, stateMeaning, stateTone, windowText } from './figures';
import styles from './objectives.module.css';
import { Pairs } from './Pairs';
import { Parts } from './Parts';
import { Periods } from './Periods';
import { Targets } from './Targets';
import { WhatIf } from './WhatIf';

/** One objective: what it means, how it stands and why, with its own numbers. */
export function ObjectivePage() {
  const { name } = useParams({ from: '/app/objectives/$name' });
  const query = useQuery(objectives.one(name));
  return (
    <Loaded query={query} rows={10}>
      {(objective) => <Content objective={objective} />}
    </Loaded>
  );
}

function Content({ objective }: { objective: Objective }) {
  return (
    <>
      <PageHead
        title={objective.title}
        documentTitle={`Objective ${objective.title}`}
        above={
          <Breadcrumbs separator="/" fz="sm" mb={2} component="nav" aria-label="Where this is">
            <Anchor component={Link} to="/objectives" inherit>
              Objectives
            </Anchor>
            <span>{objective.name}</span>
          </Breadcrumbs>
        }
        meta={
          <div className={styles.badges}>
            <StateWord state={objective.state} tone={stateTone[objective.state]} />
            {objective.burning && (
              <StateWord state="burning" tone={objective.burning === 'page' ? 'bad' : 'warn'} />
            )}
            <span>
              {objective.target} % over {windowText(objective.window)}
            </span>
          </div>
        }
        actions={
          <Button
            component={Link}
            to={`/estate/objective/${objective.name}/edit`}
            size="xs"
            variant="default"
          >
            Edit
          </Button>
        }
      />
      {objective.note && (
        <Alert color="yellow" mb={12} title="Its measures are not complete">
          {objective.note}
        </Alert>
      )}
      <div className={styles.columns}>
        <div className={styles.stack}>
          <Meaning objective={objective} />
          <BudgetCharts objective={objective} />
          <Parts objective={objective} />
          <Panel title="When somebody is told" flush>
            <Pairs objective={objective} />
          </Panel>
        </div>
        <div className={styles.stack}>
          <Now objective={objective} />
          <WhatIf objective={objective} />
          <Targets name={objective.name} />
          <Periods name={objective.name} />
        </div>
      </div>
    </>
  );
}

function Meaning({ objective }: { objective: Objective }) {
  const said = objective.explained;
  const rows = said
    ? [
        ['Indicator', said.indicator],
        ['Objective', said.objective],
        ['Error budget', said.budget],
        ['Burn rate', said.burn],
        ['Unknown', said.unknown],
      ]
    : [];
  return (
    <Panel title="What it means">
      {objective.description && <p>{objective.description}</p>}
      <dl className={styles.sentences}>
        {rows.map(([name, sentence]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{sentence}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function Now({ objective }: { objective: Objective }) {
  const { agreed } = objective;
  return (
    <Panel title="Now">
      <Facts
        rows={[
          ['Budget left', <BudgetBar key="b" row={objective} />],
          ['Good', percent(objective.sli)],
          [
            'Bad',
            `${amount(objective, objective.bad)} of ${amount(objective, objective.total)}, ${amount(objective, objective.allowed)} may be`,
          ],
          ['Burn', burn(objective.burn)],
          [
            'Spent',
            typeof objective.spent_in_seconds === 'number' && objective.spent_in_seconds > 0
              ? `in ${duration(objective.spent_in_seconds)}, if it goes on like this`
              : null,
          ],
          ['Policy', stateMeaning[objective.state]],
          [
            'Agreed state',
            <span key="a">
              {agreed.kept == null ? 'unknown' : agreed.kept ? 'kept' : 'left'}
              {agreed.since && (
                <>
                  {' '}
                  (<TimeAgo at={agreed.since} />)
                </>
              )}
              : {agreed.why}
            </span>,
          ],
          [
            'Left out',
            objective.excluded.length > 0 ? <LeftOut key="l" lines={objective.excluded} /> : null,
          ],
          ['Unknown', percent(objective.unknown_share)],
          [
            'History',
            objective.provisional
              ? 'is still being asked for: the figures are provisional'
              : objective.young
                ? 'is shorter than the window: the figures are young'
                : null,
          ],
          ['About', <ItemLink key="i" item={objective.item} />],
          ['Team', objective.team ? <ItemLink key="t" item={objective.team} /> : null],
          [
            'Measures',
            objective.source ? (
              <ItemLink key="s" item={objective.source} />
            ) : objective.spec.indicator.records ? (
              "are Operate's own records"
            ) : objective.parts.length > 0 ? (
              'are those of its parts'
            ) : (
              'are pushed'
            ),
          ],
          ['Counted up to', <TimeAgo key="at" at={objective.at} />],
          [
            'Raw minutes',
            <Anchor
              key="csv"
              href={objectives.minutesUrl(objective.name, objective.window_from)}
              inherit
            >
              as CSV
            </Anchor>,
          ],
        ]}
      />
    </Panel>
  );
}
