import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import type { Objective } from '../../api';
import { StateWord } from '../../kit/Badges';
import { SimpleTable } from '../../kit/SimpleTable';
import { Panel } from '../../ui/Panel';
import { left, percent, stateTone } from './figures';

type Part = Objective['parts'][number];

/** What an objective is composed of, and what is composed of it; nothing where it stands alone. */
export function Parts({ objective }: { objective: Objective }) {
  return (
    <>
      <Related title="Its parts" rows={objective.parts} />
      <Related title="Part of" rows={objective.part_of} />
    </>
  );
}

function Related({ title, rows }: { title: string; rows: Part[] }) {
  if (rows.length === 0) return null;
  return (
    <Panel title={title} flush>
      <SimpleTable
        label={title}
        rows={rows}
        rowKey={(part) => part.name}
        columns={[
          {
            header: 'Objective',
            cell: (part) => (
              <Anchor component={Link} to={`/objectives/${part.name}`} inherit>
                {part.title}
              </Anchor>
            ),
          },
          { header: 'Weight', align: 'end', cell: weight },
          { header: 'Good', align: 'end', cell: (part) => percent(part.sli) },
          { header: 'Target', align: 'end', cell: (part) => `${String(part.target)} %` },
          { header: 'Budget left', align: 'end', cell: (part) => left(part.remaining) },
          {
            header: 'State',
            cell: (part) => <StateWord state={part.state} tone={stateTone[part.state]} />,
          },
        ]}
      />
    </Panel>
  );
}

function weight(part: Part) {
  if (typeof part.weight_share !== 'number') return 'as any other';
  return `${String(part.weight)} (${left(part.weight_share)})`;
}
