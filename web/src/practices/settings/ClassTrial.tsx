import { SegmentedControl, Stack, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { asProblem, classes, type ClassTrial as Trial, type ClassVerdict } from '../../api';
import { ClassMark } from '../../kit/ClassMark';
import { SeverityMark } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import { readLabels } from '../../kit/labels';
import { SimpleTable } from '../../kit/SimpleTable';
import { responseWord } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './settings.module.css';

/** How many of the newest alerts are looked at. */
const RECENT = 20;

/** Which class each of the newest alerts would get, or one whose labels somebody pastes. */
export function ClassTrial() {
  const [on, setOn] = useState('recent');
  const [text, setText] = useState('');
  const read = readLabels(text);
  const [labels] = useDebouncedValue(text, 300);
  const pasted = on === 'labels';
  const sample = readLabels(labels).labels;
  const trial: Trial = pasted
    ? { recent: 0, samples: [{ source: '', labels: sample, annotations: {} }] }
    : { recent: RECENT, samples: [] };
  const tried = useQuery({
    ...classes.tried(trial),
    enabled: !pasted || Object.keys(sample).length > 0,
  });
  return (
    <Panel
      title="Try the rules"
      count="as they are saved"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="What to try them on"
          data={[
            { value: 'recent', label: 'Newest alerts' },
            { value: 'labels', label: 'Pasted labels' },
          ]}
          value={on}
          onChange={setOn}
        />
      }
    >
      <Stack gap="sm">
        {pasted && (
          <Textarea
            label="The labels of an alert"
            description={'A line each as name=value, or as Prometheus prints them: {name="value"}'}
            placeholder={'alertname=DiskFull\nseverity=critical\nservice=orders'}
            autosize
            minRows={3}
            maxRows={14}
            spellCheck={false}
            value={text}
            error={read.wrong ? `This is no label: ${read.wrong}` : undefined}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        {tried.isError && <div className={styles.sub}>{asProblem(tried.error).message}</div>}
        <Verdicts found={tried.data?.items ?? []} pasted={pasted} />
      </Stack>
    </Panel>
  );
}

function Verdicts({ found, pasted }: { found: ClassVerdict[]; pasted: boolean }) {
  if (found.length === 0) {
    return (
      <div className={styles.sub}>
        {pasted
          ? 'Paste labels to see what the rules make of them. Nothing is sent.'
          : 'No alert is there to try the rules on. Paste labels instead.'}
      </div>
    );
  }
  return (
    <SimpleTable
      label="What the rules make of them"
      rows={found}
      rowKey={(row) => row.alert ?? row.name}
      columns={[
        {
          header: 'Alert',
          cell: (row) =>
            row.alert ? (
              <Link to="/alerts/$id" params={{ id: row.alert }}>
                {row.name}
              </Link>
            ) : (
              row.name
            ),
        },
        { header: 'Severity', cell: (row) => <SeverityMark severity={row.severity} /> },
        { header: 'Item', cell: (row) => (row.item ? <ItemLink item={row.item} /> : 'none') },
        {
          header: 'Class',
          cell: (row) =>
            row.classification ? <ClassMark given={row.classification} /> : 'Unclassified',
        },
        {
          header: 'Response',
          cell: (row) =>
            row.classification ? responseWord[row.classification.response] : 'By severity',
        },
        { header: 'Rule', cell: (row) => row.classification?.rule ?? 'none' },
      ]}
    />
  );
}
