import { Select } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';

import type { ResourceDocument } from '../../api';
import { kindWord } from '../../kit/ItemLink';
import { PageHead } from '../../ui/PageHead';
import { example } from './documents';
import { ObjectiveForm } from '../objectives/ObjectiveForm';
import { Editor } from './Editor';
import { FormOrText } from './FormOrText';

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

/** An objective of which nothing is said yet, for the form. */
function blank(item: string | undefined): ResourceDocument {
  const { apiVersion, kind } = example('objective');
  const spec = { indicator: {}, target: 99.9, window: { rolling: '30d' } };
  return { apiVersion, kind, metadata: { name: '' }, spec: item ? { item, ...spec } : spec };
}

/** Adding an item to the estate. */
export function ItemNew() {
  const search = useSearch({ from: '/app/estate/new' });
  const navigate = useNavigate({ from: '/estate/new' });
  const kind = search.kind ?? 'service';
  const set = (change: { kind?: string; as?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
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
        onChange={(value) => set({ kind: value ?? 'service' })}
      />
      {kind === 'objective' && <FormOrText as={search.as} set={(as) => set({ as })} />}
      {kind === 'objective' && search.as !== 'text' ? (
        <ObjectiveForm document={blank(search.item)} />
      ) : (
        <Editor key={kind} document={example(kind, search.item)} />
      )}
    </>
  );
}
