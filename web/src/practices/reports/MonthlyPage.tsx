import { Button } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconPrinter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';

import { estate, type MonthlyReport, reports, type ReportMonth } from '../../api';
import { changed } from '../../kit/filter';
import { ItemLink } from '../../kit/ItemLink';
import { ItemSelect } from '../../kit/ItemSelect';
import { Loaded } from '../../kit/QueryState';
import { absolute, browserZone } from '../../ui/clock';
import { PageHead } from '../../ui/PageHead';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { PerDay } from './charts';
import { KeyFigures } from './KeyFigures';
import { Alerts, Calls, Contracts, Down, Major, Objectives, Planned, Times } from './MonthParts';
import { ReportViews } from './ReportViews';
import styles from './reports.module.css';

/** A month of a product on one page, to read, print and hand on. */
export function MonthlyPage() {
  const { item, month, zone } = useSearch({ from: '/app/reports/monthly' });
  const navigate = useNavigate({ from: '/reports/monthly' });
  const pick = (
    <div className={styles.filters} role="search" aria-label="What the report is about">
      <div style={{ width: 240 }}>
        <ItemSelect
          hideLabel
          size="xs"
          label="Product or service"
          placeholder="Choose a product or service"
          value={item ?? null}
          onChange={(value) =>
            void navigate({ search: (before) => changed(before, 'item', value) })
          }
        />
      </div>
    </div>
  );
  if (!item) {
    return (
      <>
        <PageHead title="Monthly report" above={<ReportViews />} />
        {pick}
        <Choose />
      </>
    );
  }
  return <Drawn pick={pick} asked={{ item, month, time_zone: zone ?? browserZone() }} />;
}

function Choose() {
  const query = useQuery(estate.items({ kind: 'product' }));
  return (
    <Loaded query={query} rows={3}>
      {(found) =>
        found.items.length === 0 ? (
          <EmptyState title="There is no product in the estate">Choose a service above.</EmptyState>
        ) : (
          <Panel title="Products">
            <ul className={styles.choices}>
              {found.items.map((product) => (
                <li key={product.item}>
                  <Link to="/reports/monthly" search={{ item: product.item }}>
                    {product.title}
                  </Link>
                </li>
              ))}
            </ul>
          </Panel>
        )
      }
    </Loaded>
  );
}

interface Asked {
  item: string;
  month: string | undefined;
  time_zone: string;
}

function Drawn({ pick, asked }: { pick: React.ReactNode; asked: Asked }) {
  const query = useQuery(reports.monthly(asked));
  const report = query.data;
  return (
    <div className={styles.report}>
      <PageHead
        title={report ? `${report.title}: ${report.month.name}` : 'Monthly report'}
        documentTitle={report ? `Report ${report.title} ${report.month.name}` : 'Monthly report'}
        above={<ReportViews />}
        meta={report && <Meta report={report} />}
        actions={report && <Actions report={report} asked={asked} />}
      />
      {pick}
      <Loaded query={query} rows={12}>
        {(drawn) => <Content report={drawn} />}
      </Loaded>
    </div>
  );
}

function Meta({ report }: { report: MonthlyReport }) {
  const { month, team } = report;
  return (
    <>
      {month.provisional && <b>Provisional: the month is not over. </b>}
      Months in {report.time_zone}; drawn {absolute(report.drawn_at)}
      {team && (
        <>
          , <ItemLink item={team} /> answers for it
        </>
      )}
    </>
  );
}

function Actions({ report, asked }: { report: MonthlyReport; asked: Asked }) {
  const { month, before, after } = report;
  const address = (form: 'csv' | 'json') =>
    reports.monthlyAddress({ ...asked, month: month.name }, form);
  return (
    <div className={styles.actions}>
      <Step month={before.name} label="The month before" Icon={IconChevronLeft} />
      {after && <Step month={after} label="The month after" Icon={IconChevronRight} />}
      <Button variant="default" component="a" href={address('csv')} download>
        CSV
      </Button>
      <Button variant="default" component="a" href={address('json')}>
        JSON
      </Button>
      <Button
        variant="default"
        leftSection={<IconPrinter size={15} />}
        onClick={() => window.print()}
      >
        Print
      </Button>
    </div>
  );
}

interface StepProps {
  month: string;
  label: string;
  Icon: typeof IconChevronLeft;
}

function Step({ month, label, Icon }: StepProps) {
  return (
    <Button
      variant="default"
      aria-label={`${label}: ${month}`}
      renderRoot={(props) => (
        <Link to="/reports/monthly" search={(before) => ({ ...before, month })} {...props} />
      )}
    >
      <Icon size={15} />
    </Button>
  );
}

function Content({ report }: { report: MonthlyReport }) {
  const { month }: { month: ReportMonth } = report;
  if (!month.watched) {
    return (
      <EmptyState title="Nothing is known of this month">
        Operate was not there in it, so that no figure would be true.
      </EmptyState>
    );
  }
  return (
    <div className={styles.stack}>
      <KeyFigures report={report} />
      <Times month={month} />
      <PerDay days={month.times.counts.per_day} />
      <Major month={month} />
      <Contracts month={month} />
      <Down month={month} />
      <Objectives month={month} />
      <Alerts month={month} />
      <Calls month={month} />
      <Planned month={month} />
    </div>
  );
}
