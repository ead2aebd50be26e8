import { SegmentedControl, Select } from '@mantine/core';
import { useState } from 'react';

import type { MappingExample } from '../../api';
import { TimeAgo } from '../../kit/TimeAgo';
import { CopyBox } from '../../ui/CopyBox';
import { absolute } from '../../ui/clock';
import styles from './mappings.module.css';

interface Props {
  examples: MappingExample[];
  chosen: string | null;
  choose: (id: string) => void;
}

/** One of the last events as it came, and what it came to then. */
export function MappingExamples({ examples, chosen, choose }: Props) {
  const [form, setForm] = useState('pretty');
  const shown = examples.find((each) => each.id === chosen) ?? examples[0];
  if (!shown) return null;
  const parts: [string, unknown][] = [
    ['body', shown.body],
    ['event', shown.event],
    ['headers', shown.headers],
  ];
  return (
    <div className={styles.stack}>
      <div className={styles.bar}>
        <Select
          size="xs"
          aria-label="Event"
          style={{ flex: '1 1 200px' }}
          data={examples.map((each) => ({ value: each.id, label: absolute(each.at) }))}
          value={shown.id}
          allowDeselect={false}
          onChange={(id) => id && choose(id)}
        />
        <SegmentedControl
          size="xs"
          aria-label="How it is shown"
          data={[
            { value: 'pretty', label: 'Pretty' },
            { value: 'raw', label: 'Raw' },
          ]}
          value={form}
          onChange={setForm}
        />
      </div>
      <p className={styles.sub}>
        Came <TimeAgo at={shown.at} />. It came to this: {shown.outcome.replaceAll('`', '')}.
      </p>
      {parts
        .filter(([, value]) => JSON.stringify(value) !== '{}')
        .map(([name, value]) => (
          <div key={name}>
            <h3 className={styles.part}>{name}</h3>
            <CopyBox
              label={`${name} of the event`}
              text={JSON.stringify(value, null, form === 'pretty' ? 2 : 0)}
              wrap
            />
          </div>
        ))}
    </div>
  );
}
