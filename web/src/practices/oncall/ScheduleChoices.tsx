import { SegmentedControl, Select } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { changed } from '../../kit/filter';
import styles from './oncall.module.css';

/** What is shown of a schedule: timeline or calendar, how far ahead, in which zone. */
export function ScheduleChoices({ zones, zone }: { zones: string[]; zone: string }) {
  const search = useSearch({ from: '/app/oncall/$name' });
  const navigate = useNavigate({ from: '/oncall/$name' });
  const set = (name: 'weeks' | 'zone' | 'as', value: string | null) =>
    void navigate({ search: (before) => changed(before, name, value), replace: true });
  return (
    <div className={styles.choices}>
      <SegmentedControl
        size="xs"
        aria-label="Shown as"
        data={[
          { value: 'timeline', label: 'Timeline' },
          { value: 'week', label: 'Week' },
          { value: 'month', label: 'Month' },
        ]}
        value={search.as ?? 'timeline'}
        onChange={(value) => set('as', value === 'timeline' ? null : value)}
      />
      {search.as === undefined && (
        <SegmentedControl
          size="xs"
          aria-label="How far ahead"
          data={['1', '2', '4', '8'].map((value) => ({
            value,
            label: value === '1' ? '1 week' : `${value} weeks`,
          }))}
          value={search.weeks ?? '2'}
          onChange={(value) => set('weeks', value === '2' ? null : value)}
        />
      )}
      <Select
        size="xs"
        aria-label="Time zone"
        allowDeselect={false}
        data={zones}
        value={zone}
        onChange={(value) => set('zone', value)}
      />
    </div>
  );
}
