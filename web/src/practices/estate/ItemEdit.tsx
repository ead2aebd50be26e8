import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { estate, type EstateItemDetail } from '../../api';
import { kindWord } from '../../kit/ItemLink';
import { Loaded } from '../../kit/QueryState';
import { PageHead } from '../../ui/PageHead';
import { ObjectiveForm } from '../objectives/ObjectiveForm';
import { Editor } from './Editor';
import { FormOrText } from './FormOrText';
import { KeptIn } from './KeptIn';
import { documentKind } from './documents';

/** Changing an item: its whole document, with a preview of what changes. */
export function ItemEdit() {
  const { kind, name } = useParams({ from: '/app/estate/$kind/$name/edit' });
  const query = useQuery({ ...estate.item(`${kind}/${name}`), refetchOnWindowFocus: false });
  return (
    <Loaded query={query} rows={10}>
      {(item) => <Content item={item} kind={kind} name={name} />}
    </Loaded>
  );
}

function Content({ item, kind, name }: { item: EstateItemDetail; kind: string; name: string }) {
  const form = kind === 'objective';
  const [as, setAs] = useState('form');
  const [document] = useState({
    apiVersion: 'operate/v1',
    kind: documentKind(kind),
    metadata: { ...item.metadata, name },
    spec: item.spec,
  });
  return (
    <>
      <PageHead
        title={`${item.may_edit ? 'Edit ' : ''}${item.title || name}`}
        meta={`${kindWord(kind)} ${name}`}
      />
      <KeptIn item={item} />
      {form && <FormOrText as={as} set={setAs} />}
      {form && as === 'form' ? (
        <ObjectiveForm
          document={document}
          version={item.version}
          existing
          readOnly={!item.may_edit}
        />
      ) : (
        <Editor
          document={document}
          existing={{ item: item.item, version: item.version }}
          readOnly={!item.may_edit}
        />
      )}
    </>
  );
}
