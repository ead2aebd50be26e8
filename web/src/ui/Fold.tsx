import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';

import styles from './ui.module.css';

interface Props<T> {
  items: readonly T[];
  /** How many stay in view while it is folded. */
  first: number;
  /** What the button says that unfolds the rest. */
  more: string;
  /** What the button says that folds it again. */
  less: string;
  children: (shown: readonly T[]) => ReactNode;
}

/** A long list, folded to its beginning until somebody asks for all of it. */
export function Fold<T>({ items, first, more, less, children }: Props<T>) {
  const [whole, setWhole] = useState(false);
  if (items.length <= first) return children(items);
  return (
    <>
      {children(whole ? items : items.slice(0, first))}
      <div className={styles.fold}>
        <Button
          variant="subtle"
          size="compact-sm"
          className={styles.foldButton}
          aria-expanded={whole}
          onClick={() => setWhole(!whole)}
        >
          {whole ? less : more}
        </Button>
      </div>
    </>
  );
}
