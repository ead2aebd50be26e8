import type { Objective } from '../../api';
import { StateWord } from '../../kit/Badges';
import { SimpleTable } from '../../kit/SimpleTable';
import { TimeAgo } from '../../kit/TimeAgo';
import { duration } from '../../ui/clock';
import { EmptyState } from '../../ui/States';
import { burn } from './figures';

type Pair = Objective['pairs'][number];

const verdictWord = {
  fires: ['burns too fast', 'bad'],
  quiet: ['quiet', 'good'],
  too_few: ['too few events to believe it', 'none'],
  unknown: ['nothing was counted', 'none'],
} as const;

/** The pairs of windows in which a burn is looked for, and what each says at present. */
export function Pairs({ objective }: { objective: Objective }) {
  if (objective.pairs.length === 0) {
    return (
      <EmptyState title="Nobody is told">
        Burns are looked for where alerts are on and the window is at least four hours long.
      </EmptyState>
    );
  }
  return (
    <SimpleTable
      label="Pairs of windows"
      rows={objective.pairs}
      rowKey={(pair) => `${String(pair.long_seconds)} ${pair.urgency}`}
      columns={[
        { header: 'Tells', cell: (pair) => (pair.urgency === 'page' ? 'calls' : 'a ticket') },
        {
          header: 'Over',
          cell: (pair) => `${duration(pair.long_seconds)} and ${duration(pair.short_seconds)}`,
        },
        { header: 'From', align: 'end', cell: (pair) => burn(pair.threshold) },
        {
          header: 'Burn now',
          align: 'end',
          cell: (pair) => `${burn(pair.long_burn)} / ${burn(pair.short_burn)}`,
        },
        { header: 'Says', cell: (pair) => <Says pair={pair} /> },
      ]}
    />
  );
}

function Says({ pair }: { pair: Pair }) {
  const [word, tone] = verdictWord[pair.verdict];
  if (!pair.since) return <StateWord state={word} tone={tone} />;
  return (
    <>
      <StateWord state={pair.verdict === 'fires' ? word : 'told'} tone="bad" />{' '}
      <TimeAgo at={pair.since} />
    </>
  );
}
