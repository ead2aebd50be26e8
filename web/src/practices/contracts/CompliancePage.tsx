import { Anchor, Breadcrumbs, Button } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconPrinter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';

import { type ComplianceReport, contracts } from '../../api';
import { ItemLink } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { actorName } from '../../kit/words';
import { absolute } from '../../ui/clock';
import { Facts } from '../../ui/Facts';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { AllowanceChart } from './AllowanceChart';
import { Clocks } from './Clocks';
import { ClosePeriod } from './ClosePeriod';
import { Consumable } from './Consumable';
import styles from './contracts.module.css';
import { FigureTiles, restOf } from './Figures';
import { Lines } from './Lines';
import { VerdictMark } from './Marks';
import { Performance } from './Performance';
import { capital } from './say';
import { Words } from './Words';

/** A period of a contract to read, print and hand on: promised, reached, and what cost the rest. */
export function CompliancePage() {
  const { name } = useParams({ from: '/app/contracts/$name/report' });
  const { period } = useSearch({ from: '/app/contracts/$name/report' });
  const query = useQuery(contracts.report(name, period));
  return (
    <Loaded query={query} rows={12}>
      {(report) => <Content report={report} name={name} />}
    </Loaded>
  );
}

function Content({ report, name }: { report: ComplianceReport; name: string }) {
  const { figures } = report;
  const period = figures.period.name;
  return (
    <div className={styles.report}>
      <PageHead
        title={`${report.title}: ${period}`}
        above={
          <Breadcrumbs separator="/" fz="sm" mb={2} component="nav" aria-label="Where this is">
            <Anchor component={Link} to="/contracts" inherit>
              Contracts
            </Anchor>
            <Anchor component={Link} to={`/contracts/${name}`} inherit>
              {name}
            </Anchor>
            <span>{period}</span>
          </Breadcrumbs>
        }
        meta={
          <div className={styles.badges}>
            <VerdictMark verdict={figures.verdict} />
            {figures.provisional && <span>Provisional: it is not over</span>}
            <span>Drawn {absolute(report.drawn_at)}</span>
          </div>
        }
        actions={<Actions report={report} name={name} />}
      />
      <Restated report={report} />
      <div className={styles.stack}>
        <Panel title="Promised and reached">
          <FigureTiles figures={figures} />
          <AllowanceChart figures={figures} now={report.drawn_at} />
        </Panel>
        <div className={styles.pair}>
          <Panel title="The promise">
            <Words words={report.words} />
          </Panel>
          <Panel title="All figures">
            <Facts
              rows={[
                ['Promised by', <ItemLink key="p" item={report.provider} />],
                ['To', <ItemLink key="c" item={report.consumer} />],
                ...restOf(figures),
              ]}
            />
          </Panel>
        </div>
        <Consumable told={figures.consumable} />
        <Lines lines={figures.lines} />
        <Performance lines={figures.performance ?? []} />
        <Clocks report={report.clocks} />
        <Closed report={report} />
      </div>
    </div>
  );
}

function Actions({ report, name }: { report: ComplianceReport; name: string }) {
  const period = report.figures.period.name;
  const { before, after } = report;
  return (
    <div className={styles.actions}>
      {before && <Step name={name} period={before} back />}
      {after && <Step name={name} period={after} />}
      <Button
        variant="default"
        component="a"
        href={contracts.reportAddress(name, period, 'csv')}
        download
      >
        CSV
      </Button>
      <Button variant="default" component="a" href={contracts.reportAddress(name, period, 'json')}>
        JSON
      </Button>
      <Button
        variant="default"
        leftSection={<IconPrinter size={15} />}
        onClick={() => window.print()}
      >
        Print
      </Button>
      <ClosePeriod report={report} name={name} />
    </div>
  );
}

function Step({ name, period, back = false }: { name: string; period: string; back?: boolean }) {
  const icon = back ? <IconChevronLeft size={15} /> : <IconChevronRight size={15} />;
  return (
    <Button
      variant="default"
      aria-label={`${back ? 'The period before' : 'The period after'}: ${period}`}
      renderRoot={(props) => (
        <Link to="/contracts/$name/report" params={{ name }} search={{ period }} {...props} />
      )}
    >
      {icon}
    </Button>
  );
}

/** A closed period that comes to something else by now: both, side by side. */
function Restated({ report }: { report: ComplianceReport }) {
  if (!report.restated) return null;
  return (
    <div className={styles.warning} role="note">
      <b>Restated.</b> Something was corrected since this period was closed. The figures below are
      those that were closed; now they would be:
      <ul>
        {report.restated.changes.map((change) => (
          <li key={change.figure}>
            {change.figure}: {change.was} closed, <b>{change.is}</b> now
          </li>
        ))}
      </ul>
    </div>
  );
}

function Closed({ report }: { report: ComplianceReport }) {
  const { closed } = report;
  return (
    <Panel title="Closing">
      {closed ? (
        <Facts
          rows={[
            ['Closed', absolute(closed.closed_at)],
            ['By', actorName(closed.closed_by)],
            ['Note', closed.note],
            ['Revision', closed.revision > 1 ? String(closed.revision) : null],
            ['Journal read to', String(closed.journal_seq)],
            ['Drawn from (SHA-256)', <code key="h">{closed.inputs_hash}</code>],
          ]}
        />
      ) : (
        <div className={styles.sub}>
          Not closed: the figures follow every correction.
          {report.not_closed_because ? ` ${capital(report.not_closed_because)}.` : ''}
        </div>
      )}
    </Panel>
  );
}
