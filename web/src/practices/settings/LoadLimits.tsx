import { Button, NumberInput, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { type LoadLimits as Limits, settings, type Versioned } from '../../api';
import { Loaded } from '../../kit/QueryState';
import { Refusal } from '../../kit/Refusal';
import { Panel } from '../../ui/Panel';
import styles from './settings.module.css';
import { useDraft } from './useDraft';

const fields: { name: keyof Limits; label: string; meaning: string; most: number }[] = [
  {
    name: 'shift_incidents_max',
    label: 'Incidents in twelve hours',
    meaning: 'More than one person can deal with well.',
    most: 100,
  },
  {
    name: 'week_nights_max',
    label: 'Nights with a call out of seven',
    meaning: 'More than one person can bear. A night is from 22 to 7 o’clock where they are.',
    most: 7,
  },
  {
    name: 'toil_percent_max',
    label: 'Toil, in percent',
    meaning:
      'Of the incidents that people were called to, those that ended without their cause being removed.',
    most: 100,
  },
  {
    name: 'backlog_days_max',
    label: 'Days that an incident may be open',
    meaning: 'Older ones are warned about, by team.',
    most: 3650,
  },
];

/** Above what the report of load warns. */
export function LoadLimits() {
  const query = useQuery(settings.loadLimits());
  return (
    <>
      <p className={styles.intro}>
        Whether operation can go on like this: above these limits the report “On-call load” warns.
      </p>
      <Loaded query={query} rows={4}>
        {(found) => <Form found={found} />}
      </Loaded>
    </>
  );
}

function Form({ found }: { found: Versioned<Limits> }) {
  const form = useDraft(found, settings.saveLoadLimits);
  return (
    <Panel title="Limits of load">
      <Stack gap="md" maw={480}>
        <Refusal problem={form.problem} reload={form.reload} />
        {fields.map((field) => (
          <NumberInput
            key={field.name}
            label={field.label}
            description={field.meaning}
            min={field.name === 'week_nights_max' || field.name === 'toil_percent_max' ? 0 : 1}
            max={field.most}
            allowDecimal={false}
            value={form.draft[field.name]}
            onChange={(value) =>
              form.setDraft((before) => ({ ...before, [field.name]: Number(value) }))
            }
          />
        ))}
        <Button
          disabled={!form.changed}
          loading={form.pending}
          onClick={() => void form.send()}
          style={{ alignSelf: 'flex-start' }}
        >
          Save
        </Button>
      </Stack>
    </Panel>
  );
}
