import { useEffect, useState } from 'react';

import { CopyBox } from '../../ui/CopyBox';

/** A specification as YAML. */
export function Spec({ spec }: { spec: Record<string, unknown> }) {
  const [text, setText] = useState('');
  useEffect(() => {
    let current = true;
    void import('yaml').then(({ stringify }) => {
      if (current) setText(stringify(spec).trimEnd());
    });
    return () => {
      current = false;
    };
  }, [spec]);
  return <CopyBox text={text} label="specification as YAML" />;
}
