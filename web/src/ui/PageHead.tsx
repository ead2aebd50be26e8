import { Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

import styles from './ui.module.css';

interface Props {
  title: string;
  /** What the browser tab shows, when the title alone does not say it. */
  documentTitle?: string;
  above?: ReactNode;
  meta?: ReactNode;
  actions?: ReactNode;
}

/** The head of a page: its one first-order heading, and what can be done on it. */
export function PageHead({ title, documentTitle, above, meta, actions }: Props) {
  useEffect(() => {
    document.title = `${documentTitle ?? title} · Operate`;
  }, [title, documentTitle]);
  return (
    <div className={styles.head}>
      <div className={styles.headText}>
        {above}
        <Title order={1}>{title}</Title>
        {meta !== undefined && <div className={styles.headMeta}>{meta}</div>}
      </div>
      {actions !== undefined && <div className={styles.headActions}>{actions}</div>}
    </div>
  );
}
