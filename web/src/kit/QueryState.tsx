import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { asProblem } from '../api';
import { ProblemBox, RetryButton, RowsSkeleton } from '../ui/States';

/** Shows any error as it is, with a way to try again. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = asProblem(error);
  return (
    <ProblemBox
      title={problem.message}
      remedy={problem.details.remedy ?? null}
      reference={problem.details.reference ?? null}
    >
      {retry && <RetryButton retry={retry} />}
    </ProblemBox>
  );
}

interface Props<D> {
  query: UseQueryResult<D>;
  rows?: number;
  children: (data: D) => ReactNode;
}

/** The three lives of a query: waiting, failed, there. */
export function Loaded<D>({ query, rows = 5, children }: Props<D>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) {
    return (
      <div style={{ padding: 14 }}>
        <Failure error={query.error} retry={() => void query.refetch()} />
      </div>
    );
  }
  return <RowsSkeleton rows={rows} />;
}
