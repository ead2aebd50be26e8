import { Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

import styles from './ui.module.css';

interface Props {
  title: string;
  /** A short number or remark beside the title. */
  count?: ReactNode;
  actions?: ReactNode;
  /** Whether the body brings its own padding (tables, lists that touch the border). */
  flush?: boolean;
  children: ReactNode;
}

/** A titled part of a page: the only kind of box there is. */
export function Panel({ title, count, actions, flush = false, children }: Props) {
  const id = useId();
  return (
    <section className={styles.panel} aria-labelledby={id}>
      <div className={styles.panelHead}>
        <Title order={2} id={id}>
          {title}
        </Title>
        {count !== undefined && <span className={styles.panelCount}>{count}</span>}
        {actions !== undefined && <div className={styles.panelActions}>{actions}</div>}
      </div>
      <div className={flush ? undefined : styles.panelBody}>{children}</div>
    </section>
  );
}
