import { Button, Skeleton, Stack } from '@mantine/core';
import { IconAlertTriangle, IconInbox } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import styles from './ui.module.css';

interface EmptyProps {
  title: string;
  /** What to do next. */
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
}

/** A list with nothing in it, and what to do about that. */
export function EmptyState({ title, children, action, icon }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <div className={styles.emptyIcon} aria-hidden>
        {icon ?? <IconInbox size={28} stroke={1.5} />}
      </div>
      <div className={styles.emptyTitle}>{title}</div>
      {children !== undefined && <div className={styles.emptyText}>{children}</div>}
      {action}
    </div>
  );
}

interface ProblemProps {
  title: string;
  remedy?: string | null;
  reference?: string | null;
  children?: ReactNode;
}

/** Something was refused or failed, in plain words, with what can be done. */
export function ProblemBox({ title, remedy, reference, children }: ProblemProps) {
  return (
    <div className={styles.problem} role="alert">
      <IconAlertTriangle size={17} aria-hidden />
      <div>
        <div className={styles.problemTitle}>{title}</div>
        {remedy && <div>{remedy}</div>}
        {reference && <div>Reference for the log: {reference}</div>}
        {children !== undefined && <div className={styles.problemActions}>{children}</div>}
      </div>
    </div>
  );
}

/** The try-again button that belongs under a failed load. */
export function RetryButton({ retry }: { retry: () => void }) {
  return (
    <Button variant="default" onClick={retry}>
      Try again
    </Button>
  );
}

/** The shape of rows that are still on their way. */
export function RowsSkeleton({ rows = 6, height = 18 }: { rows?: number; height?: number }) {
  return (
    <Stack gap={12} p={14} role="group" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height} width={`${96 - ((row * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}
