import { ActionIcon, Box, Button, Group, NumberInput, Select } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';

import { ItemSelect } from '../../kit/ItemSelect';
import type { DraftPart } from './draft';
import type { FieldsProps } from './IndicatorFields';

const ways = [
  { value: 'weighted', label: 'The mean of their good shares, by weight' },
  { value: 'all', label: 'A minute is good when it is for all of them' },
];

/** Which objectives are reckoned together, and how. */
export function PartFields({ draft, set }: FieldsProps) {
  const rows = draft.parts.length > 0 ? draft.parts : [{ objective: '', weight: 1 }];
  const change = (place: number, part: Partial<DraftPart>) =>
    set({ parts: rows.map((row, at) => (at === place ? { ...row, ...part } : row)) });
  return (
    <>
      <Select
        label="Reckoned together as"
        data={ways}
        value={draft.combine}
        allowDeselect={false}
        onChange={(combine) => combine && set({ combine })}
      />
      {rows.map((row, place) => (
        // Parts have no name of their own, and may be empty or there twice while they are written.
        <Group key={place} gap="sm" align="flex-end" wrap="nowrap">
          <Box flex={1}>
            <ItemSelect
              label={`Part ${String(place + 1)}`}
              kind="objective"
              value={row.objective ? `objective/${row.objective}` : null}
              onChange={(item) => change(place, { objective: item?.split('/')[1] ?? '' })}
            />
          </Box>
          {draft.combine === 'weighted' && (
            <NumberInput
              label="Weight"
              w={100}
              min={0.001}
              value={row.weight}
              onChange={(weight) => change(place, { weight: Number(weight) || 0 })}
            />
          )}
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`Remove part ${String(place + 1)}`}
            onClick={() => set({ parts: rows.filter((_, at) => at !== place) })}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Button
        size="xs"
        variant="default"
        w="fit-content"
        leftSection={<IconPlus size={14} />}
        onClick={() => set({ parts: [...rows, { objective: '', weight: 1 }] })}
      >
        Add a part
      </Button>
    </>
  );
}
