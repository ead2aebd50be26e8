import type { FigureGroup } from '../../api';
import { PriorityBadge } from '../../kit/Badges';
import { ItemLink } from '../../kit/ItemLink';
import { SimpleTable } from '../../kit/SimpleTable';
import { words } from '../../kit/words';
import { duration } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import { EmptyState } from '../../ui/States';
import { figureText } from '../../kit/period';
import { useChange } from './ReportPage';
import styles from './reports.module.css';

const names = ['detect', 'acknowledge', 'restore', 'resolve'];

interface Props {
  title: string;
  group: 'priority' | 'item';
  rows: FigureGroup[];
}

/** The medians of each group; each opens the incidents behind it. */
export function Groups({ title, group, rows }: Props) {
  const set = useChange();
  return (
    <Panel title={title} count="median (n, left out)" flush>
      {rows.length === 0 ? (
        <EmptyState title="No incident ended in this period">
          Widen the period, or loosen the filters.
        </EmptyState>
      ) : (
        <SimpleTable
          label={title}
          rows={rows}
          rowKey={(row) => row.key}
          columns={[
            {
              header: group === 'priority' ? 'Priority' : 'Item',
              cell: (row) => <Key group={group} text={row.key} />,
            },
            ...names.map((name) => ({
              header: words(name),
              align: 'end' as const,
              cell: (row: FigureGroup) => {
                const figure = row.figures.find((each) => each.name === name);
                const out = figure?.excluded.length ?? 0;
                if (!figure || figure.n + out === 0) return <span className={styles.sub}>–</span>;
                return (
                  <button
                    type="button"
                    className={styles.link}
                    onClick={() => set({ figure: name, group, key: row.key })}
                  >
                    {figureText(figure.median_seconds, duration)} ({figure.n}
                    {out > 0 ? `, ${out} left out` : ''})
                  </button>
                );
              },
            })),
          ]}
        />
      )}
    </Panel>
  );
}

function Key({ group, text }: { group: 'priority' | 'item'; text: string }) {
  if (group === 'item')
    return text.includes('/') ? <ItemLink item={text} /> : <>{text || 'No item'}</>;
  switch (text) {
    case 'P1':
    case 'P2':
    case 'P3':
    case 'P4':
    case 'P5':
      return <PriorityBadge priority={text} />;
    default:
      return <>{text}</>;
  }
}
