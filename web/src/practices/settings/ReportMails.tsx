import { Button, MultiSelect, SegmentedControl, TagsInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { contracts, estate, type ReportMail, settings, type Versioned } from '../../api';
import { useSend } from '../../kit/command';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { SimpleTable } from '../../kit/SimpleTable';
import { count, itemName } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { RemoveButton } from './RemoveButton';
import { browserZone } from '../../ui/clock';
import styles from './settings.module.css';

/** Reports about contracts and products that are sent by mail, each week or month. */
export function ReportMails() {
  const query = useQuery(settings.reportMails());
  return (
    <>
      <p className={styles.intro}>
        How contracts stand and what was kept, and the month of products, by mail: on Mondays or on
        the first of the month at six. Mails that cannot be delivered stand under “Undelivered”.
      </p>
      <Loaded query={query} rows={3}>
        {(found) => (
          <>
            <List found={found} />
            <Add found={found} />
          </>
        )}
      </Loaded>
    </>
  );
}

function List({ found }: { found: Versioned<ReportMail[]> }) {
  const mails = found.value;
  return (
    <Panel title="Reports by mail" flush>
      {mails.length === 0 ? (
        <EmptyState title="No report is sent">
          Add one below: who gets it, how often, and about which contracts.
        </EmptyState>
      ) : (
        <SimpleTable
          label="Reports by mail"
          rows={mails}
          rowKey={(mail) => mail.name}
          columns={[
            { header: 'Name', cell: (mail) => mail.name },
            {
              header: 'Sent',
              cell: (mail) => (mail.every === 'weekly' ? 'On Mondays' : 'On the first'),
            },
            { header: 'To', cell: (mail) => mail.recipients.join(', ') },
            {
              header: 'About',
              cell: (mail) =>
                [
                  ...(mail.products ?? []).map((product) => `The month of ${itemName(product)}`),
                  ...(mail.contracts ?? []).map(itemName),
                ].join(', ') || 'All contracts',
            },
            {
              header: '',
              cell: (mail) => (
                <RemoveButton
                  name={`the report ${mail.name}`}
                  remove={() =>
                    settings.saveReportMails(
                      mails.filter((other) => other.name !== mail.name),
                      found.version,
                    )
                  }
                />
              ),
            },
          ]}
        />
      )}
    </Panel>
  );
}

function Add({ found }: { found: Versioned<ReportMail[]> }) {
  const known = useQuery(contracts.list());
  const [name, setName] = useState('');
  const [every, setEvery] = useState<ReportMail['every']>('monthly');
  const [recipients, setRecipients] = useState<string[]>([]);
  const [about, setAbout] = useState<string[]>([]);
  const [months, setMonths] = useState<string[]>([]);
  const products = useQuery(estate.items({ kind: 'product', limit: 200 }));
  const services = useQuery(estate.items({ kind: 'service', limit: 200 }));
  const offered = [...(products.data?.items ?? []), ...(services.data?.items ?? [])];
  const { run, pending, problem, reload } = useSend(() =>
    settings.saveReportMails(
      [
        ...found.value,
        {
          name: name.trim(),
          every,
          recipients,
          contracts: about,
          products: every === 'monthly' ? months : [],
          time_zone: browserZone(),
        },
      ],
      found.version,
    ),
  );
  const add = async () => {
    if (!(await run())) return;
    setName('');
    setRecipients([]);
    setAbout([]);
    setMonths([]);
  };
  return (
    <Panel title="Add a report">
      <form
        style={{ display: 'grid', gap: 10, maxWidth: 520 }}
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <Refusal problem={problem} reload={reload} kept />
        <TextInput
          label="Name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label="How often"
          value={every}
          onChange={(value) => setEvery(value === 'weekly' ? 'weekly' : 'monthly')}
          data={[
            { value: 'monthly', label: 'Each month' },
            { value: 'weekly', label: 'Each week' },
          ]}
        />
        <TagsInput
          label="Recipients"
          description="Mail addresses; press Enter after each"
          required={recipients.length === 0}
          value={recipients}
          onChange={setRecipients}
        />
        <MultiSelect
          label="Contracts"
          description="All of them when neither contract nor product is named"
          data={(known.data?.items ?? []).map((row) => ({
            value: row.contract,
            label: row.title,
          }))}
          value={about}
          onChange={setAbout}
        />
        {every === 'monthly' && (
          <MultiSelect
            label="Monthly report of"
            description="Products and services: incidents, times, promises, alerts and calls of the month that is over"
            data={offered.map((item) => ({ value: item.item, label: item.title }))}
            searchable
            value={months}
            onChange={setMonths}
          />
        )}
        <div>
          <Button type="submit" loading={pending} disabled={recipients.length === 0}>
            Add the report
          </Button>
          <span className={styles.sub}> {count(recipients.length, 'recipient')}</span>
        </div>
      </form>
    </Panel>
  );
}
