import { Stack, Textarea, TextInput } from '@mantine/core';

import { Panel } from '../../ui/Panel';
import type { Why } from './draft';
import type { FieldsProps } from './IndicatorFields';

/** What was decided, and why: kept with the target from when on it holds. */
export function WhyFields({ draft, set }: FieldsProps) {
  const say = (said: Partial<Why>) => set({ why: { ...draft.why, ...said } });
  return (
    <Panel title="Why this target">
      <Stack gap="sm">
        <TextInput
          label="What was decided"
          description="By whom or where: “Service review of 2 October”"
          value={draft.why.decided}
          onChange={(event) => say({ decided: event.currentTarget.value })}
        />
        <Textarea
          label="Reason"
          description="It stands in the history of the target, and can be added later"
          autosize
          minRows={2}
          value={draft.why.reason}
          onChange={(event) => say({ reason: event.currentTarget.value })}
        />
        <TextInput
          label="Improvements"
          description="What is improved by it: addresses, and incidents as #12, with spaces between"
          value={draft.why.improvements}
          onChange={(event) => say({ improvements: event.currentTarget.value })}
        />
      </Stack>
    </Panel>
  );
}
