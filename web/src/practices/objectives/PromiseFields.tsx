import { Group, NumberInput, Select, Stack, Switch } from '@mantine/core';

import { Panel } from '../../ui/Panel';
import { ContractSelect } from './ContractSelect';
import { countsEvents } from './draft';
import type { FieldsProps } from './IndicatorFields';
import { windows } from './WhatIf';

/** How much has to be good, over what time, and when somebody is told. */
export function PromiseFields({ draft, set }: FieldsProps) {
  const known = windows.some((each) => each.value === draft.window);
  const data = known ? windows : [{ value: draft.window, label: draft.window }, ...windows];
  return (
    <Panel title="What is promised">
      <Stack gap="sm">
        <Group gap="sm" align="flex-start">
          <NumberInput
            label="Target in percent"
            description="The least share that has to be good"
            required
            min={0.001}
            max={100}
            step={0.05}
            decimalScale={5}
            value={draft.target}
            onChange={(target) => set({ target: Number(target) || 0 })}
          />
          <Select
            label="Over"
            description="The last days at every moment, or periods of the calendar"
            data={data}
            value={draft.window}
            allowDeselect={false}
            onChange={(window) => window && set({ window })}
          />
        </Group>
        <ContractSelect
          label="Leave out what this contract exempts"
          description="Maintenance that was approved and announced in time is neither good nor bad then"
          value={draft.exempt}
          onChange={(exempt) => set({ exempt })}
        />
        {draft.exempt && (
          <Switch
            label="Leave out what lies outside of its hours as well"
            checked={draft.outsideHours}
            onChange={(event) => set({ outsideHours: event.currentTarget.checked })}
          />
        )}
        <Switch
          label="Call somebody when the budget burns fast"
          checked={draft.page}
          onChange={(event) => set({ page: event.currentTarget.checked })}
        />
        <Switch
          label="Leave a ticket when it burns slowly"
          checked={draft.ticket}
          onChange={(event) => set({ ticket: event.currentTarget.checked })}
        />
        {countsEvents(draft) && (
          <NumberInput
            label="Believe a burn from so many events on"
            description="With few events a single bad one burns too fast; empty for any"
            min={0}
            value={draft.eventsMin ?? ''}
            onChange={(value) => set({ eventsMin: value === '' ? null : Number(value) })}
          />
        )}
      </Stack>
    </Panel>
  );
}
