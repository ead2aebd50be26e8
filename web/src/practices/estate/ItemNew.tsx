import { Select } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { kindWord } from '../../kit/ItemLink';
import { PageHead } from '../../ui/PageHead';
import { example } from './documents';
import { Editor } from './Editor';

const kinds = [
  'service',
  'component',
  'product',
  'usecase',
  'team',
  'person',
  'escalationpolicy',
  'schedule',
  'absence',
  'shiftoverride',
  'site',
  'supplier',
  'servicecontract',
  'objective',
  'calendar',
  'datasource',
  'route',
  'maintenancewindow',
  'freeze',
];

/** Adding an item to the estate. */
export function ItemNew() {
  const search = useSearch({ from: '/app/estate/new' });
  const navigate = useNavigate({ from: '/estate/new' });
  const kind = search.kind ?? 'service';
  return (
    <>
      <PageHead
        title="Add an item"
        meta="For more than a few, keep them in files and run operate apply: they are then reviewed and versioned like code."
      />
      <Select
        label="Kind"
        size="xs"
        mb="sm"
        w={220}
        data={kinds.map((value) => ({ value, label: kindWord(value) }))}
        value={kind}
        allowDeselect={false}
        onChange={(value) => void navigate({ search: { kind: value ?? 'service' }, replace: true })}
      />
      <Editor key={kind} document={example(kind)} />
    </>
  );
}
