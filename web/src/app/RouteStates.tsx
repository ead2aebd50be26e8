import { IconMapOff } from '@tabler/icons-react';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';

import { Failure } from '../kit/QueryState';
import { EmptyState, RowsSkeleton } from '../ui/States';

export function RouteFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <div style={{ padding: 20, maxWidth: 640 }}>
      <Failure
        error={error}
        retry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </div>
  );
}

export function NotFound() {
  return (
    <EmptyState
      title="There is no page at this address"
      icon={<IconMapOff size={28} stroke={1.5} />}
    >
      It may have moved. Go back to the <Link to="/">overview</Link>, or press Ctrl K and search.
    </EmptyState>
  );
}

export function RouteWaiting() {
  return <RowsSkeleton rows={8} />;
}
