import { SegmentedControl } from '@mantine/core';

/** Whether a document is written by a form or as YAML. */
export function FormOrText({ as, set }: { as: string | undefined; set: (as: string) => void }) {
  return (
    <SegmentedControl
      size="xs"
      mb="sm"
      aria-label="How to write it"
      value={as === 'text' ? 'text' : 'form'}
      onChange={set}
      data={[
        { value: 'form', label: 'Form' },
        { value: 'text', label: 'YAML' },
      ]}
    />
  );
}
