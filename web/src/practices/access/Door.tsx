import { Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

import styles from './access.module.css';

interface Props {
  title: string;
  intro: ReactNode;
  foot?: ReactNode;
  children: ReactNode;
}

/** The frame of the pages before the sign-in. */
export function Door({ title, intro, foot, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Operate`;
  }, [title]);
  return (
    <main className={styles.door}>
      <div className={styles.box}>
        <div className={styles.brand}>
          <img src="/favicon.svg" alt="" width={28} height={28} />
          Operate
        </div>
        <div className={styles.form}>
          <Title order={1}>{title}</Title>
          <div className={styles.intro}>{intro}</div>
          {children}
        </div>
        {foot !== undefined && <div className={styles.foot}>{foot}</div>}
      </div>
    </main>
  );
}
