import type { KeyFigure, MonthlyReport } from '../../api';
import { SimpleTable } from '../../kit/SimpleTable';
import { duration } from '../../ui/clock';
import { Panel } from '../../ui/Panel';
import styles from './reports.module.css';

/** The figures of a month at a glance, each beside that of the month before. */
export function KeyFigures({ report }: { report: MonthlyReport }) {
  const { key, month, before } = report;
  const shown = key.filter((figure) => isKnown(figure.is) || isKnown(figure.was));
  return (
    <Panel title="At a glance" flush>
      <SimpleTable
        label="Figures of the month beside the month before"
        rows={shown}
        rowKey={(figure) => figure.name}
        columns={[
          { header: 'Figure', cell: (figure) => figure.title },
          {
            header: month.name,
            align: 'end',
            cell: (figure) => <Value figure={figure} value={figure.is} n={figure.n} strong />,
          },
          {
            header: before.name,
            align: 'end',
            cell: (figure) => <Value figure={figure} value={figure.was} n={figure.n_was} />,
          },
          { header: 'Change', align: 'end', cell: (figure) => <Change figure={figure} /> },
        ]}
      />
    </Panel>
  );
}

const isKnown = (value: number | null | undefined): value is number => typeof value === 'number';

interface ValueProps {
  figure: KeyFigure;
  value: number | null | undefined;
  n: number | null | undefined;
  strong?: boolean;
}

function Value({ figure, value, n, strong = false }: ValueProps) {
  const text = told(figure, value);
  return (
    <>
      {strong ? <b>{text}</b> : text}
      {isKnown(n) && n > 0 && <span className={styles.of}> of {n}</span>}
    </>
  );
}

/** A value in the unit of its figure. */
export function told(figure: Pick<KeyFigure, 'unit'>, value: number | null | undefined): string {
  if (!isKnown(value)) return '–';
  if (figure.unit === 'seconds') return duration(value);
  const places = figure.unit === 'percent' ? 3 : 0;
  const number = value.toLocaleString('en-GB', { maximumFractionDigits: places });
  return figure.unit === 'percent' ? `${number} %` : number;
}

function Change({ figure }: { figure: KeyFigure }) {
  const { is, was } = figure;
  if (!isKnown(is) || !isKnown(was)) return <>–</>;
  if (is === was) return <>same</>;
  const better = figure.better ? is > was === (figure.better === 'higher') : null;
  const tone = better === null ? undefined : better ? 'good' : 'bad';
  const sign = is > was ? '+' : '−';
  return (
    <span className={styles.change} data-tone={figure.notable === false ? undefined : tone}>
      {sign}
      {told(figure, Math.abs(is - was))}
      {figure.notable === true && <span className={styles.of}> more than chance</span>}
    </span>
  );
}
