import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { type Alert, tuning } from '../../api';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { actorName } from '../../kit/words';
import { Panel } from '../../ui/Panel';

/** Who found an alert useless, and the task that its rule has because of it. */
export function NotUseful({ alert }: { alert: Alert }) {
  const votes = alert.not_useful ?? [];
  const task = useQuery({ ...tuning.ofRule(alert.source, alert.name), enabled: votes.length > 0 });
  const found = task.data?.items[0];
  if (votes.length === 0) return null;
  return (
    <Panel
      title="Found not useful"
      flush
      actions={
        found && (
          <Link to="/tuning/$id" params={{ id: found.id }}>
            Tuning of the rule
          </Link>
        )
      }
    >
      <SimpleTable
        label="Who found it not useful"
        rows={votes}
        rowKey={(vote) => vote.by}
        columns={[
          { header: 'Why', cell: (vote) => vote.reason },
          { header: 'By', cell: (vote) => actorName(vote.by) },
          { header: 'When', align: 'end', cell: (vote) => <TimeAgo at={vote.at} /> },
        ]}
      />
    </Panel>
  );
}
