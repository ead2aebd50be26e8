import { useHotkeys } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import {
  createColumnHelper,
  FlexRender,
  type Row,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  type CSSProperties,
  memo,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';

import { fitting } from './fitting';
import styles from './kit.module.css';

export interface Column<T extends object> {
  id: string;
  header: string;
  /** A CSS grid track, for example `minmax(0, 1fr)` or `90px`. */
  track: string;
  cell: (row: T) => ReactNode;
  /** The field that the server sorts by. */
  sort?: string;
  align?: 'end';
  /** Whether it may go where there is little room; of several the last go first. */
  spare?: boolean;
}

interface Props<T extends object> {
  label: string;
  rows: T[];
  columns: Column<T>[];
  rowKey: (row: T) => string;
  /** The same row where the columns have no room. */
  card: (row: T) => ReactNode;
  /** `field` or `-field`. */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  total?: number | null | undefined;
  /** Called when the end comes near and there is more. */
  more?: (() => void) | undefined;
}

const features = tableFeatures({});
const ROW = 45;
const CARD = 96;

/**
 * A long list: only the rows in view exist. Every row holds one link marked `data-primary`;
 * a click anywhere on the row follows it, `j` and `k` move the focus between rows.
 */
export function DataTable<T extends object>(props: Props<T>) {
  const { rows, rowKey, label, card, more } = props;
  const body = useRef<HTMLDivElement>(null);
  const { top, width } = usePlace(body);
  const room = useMemo(() => fitting(props.columns, width), [props.columns, width]);
  const narrow = room === null;
  const shownColumns = room ?? props.columns;
  const columns = useMemo(() => definitions(shownColumns), [shownColumns]);
  const table = useTable({ features, columns, data: rows, getRowId: rowKey });
  const template = shownColumns.map((column) => column.track).join(' ');

  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (narrow ? CARD : ROW),
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - 40) more();
  }, [more, last, rows.length]);

  useRowKeys(body, rows.length, (index) => virtual.scrollToIndex(index, { align: 'auto' }));

  const models = table.getRowModel().rows;
  return (
    <div className={styles.table} role="table" aria-label={label} aria-rowcount={rows.length + 1}>
      <div role="rowgroup" hidden={narrow}>
        <Head {...props} columns={shownColumns} template={template} />
      </div>
      <div
        ref={body}
        role="rowgroup"
        style={{ height: virtual.getTotalSize(), position: 'relative' }}
      >
        {shown.map((place) => {
          const model = models[place.index];
          return model ? (
            <BodyRow
              key={place.key}
              model={model}
              index={place.index}
              top={place.start - virtual.options.scrollMargin}
              columns={shownColumns}
              template={template}
              card={narrow ? card : null}
              measure={virtual.measureElement}
            />
          ) : null;
        })}
      </div>
    </div>
  );
}

/** How wide an element is and where on the page it begins, in pixels. */
function usePlace(element: React.RefObject<HTMLDivElement | null>) {
  const [place, setPlace] = useState({ top: 0, width: window.innerWidth });
  useLayoutEffect(() => {
    const measure = () => {
      const box = element.current?.getBoundingClientRect();
      if (!box) return;
      const next = { top: box.top + window.scrollY, width: Math.round(box.width) };
      setPlace((last) => (last.top === next.top && last.width === next.width ? last : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element]);
  return place;
}

interface RowProps<T extends object> {
  model: Row<typeof features, T>;
  index: number;
  top: number;
  columns: Column<T>[];
  template: string;
  card: ((row: T) => ReactNode) | null;
  measure: (element: HTMLElement | null) => void;
}

/** One row; drawn again only when its record changes, not on every step of a scroll. */
const BodyRow = memo(function BodyRow<T extends object>(props: RowProps<T>) {
  const { model, index, top, columns, template, card, measure } = props;
  const place: CSSProperties = {
    position: 'absolute',
    insetInline: 0,
    top: 0,
    transform: `translateY(${top}px)`,
  };
  return (
    <div
      ref={card ? measure : undefined}
      data-index={index}
      role="row"
      aria-rowindex={index + 2}
      className={card ? styles.card : styles.tableRow}
      style={card ? place : { ...place, gridTemplateColumns: template, height: ROW }}
      onClick={follow}
    >
      {card ? (
        <div role="cell">{card(model.original)}</div>
      ) : (
        model.getAllCells().map((cell, column) => (
          <div
            key={cell.id}
            role="cell"
            className={styles.cell}
            data-align={columns[column]?.align}
          >
            <FlexRender cell={cell} />
          </div>
        ))
      )}
    </div>
  );
}) as <T extends object>(props: RowProps<T>) => ReactNode;

function definitions<T extends object>(columns: Column<T>[]) {
  const helper = createColumnHelper<typeof features, T>();
  return helper.columns(
    columns.map((column) =>
      helper.display({
        id: column.id,
        header: column.header,
        cell: ({ row }) => column.cell(row.original),
      }),
    ),
  );
}

function Head<T extends object>({
  columns,
  sort,
  onSort,
  template,
}: Props<T> & { template: string }) {
  return (
    <div className={styles.tableHead} role="row" style={{ gridTemplateColumns: template }}>
      {columns.map((column) => {
        const field = sort?.replace(/^-/, '');
        const sorted = column.sort !== undefined && column.sort === field;
        const down = sort?.startsWith('-') ?? false;
        return (
          <div
            key={column.id}
            role="columnheader"
            className={styles.cell}
            data-align={column.align}
            data-sorted={sorted}
            aria-sort={sorted ? (down ? 'descending' : 'ascending') : undefined}
          >
            {column.sort !== undefined && onSort ? (
              <button
                type="button"
                onClick={() =>
                  onSort(sorted && down ? (column.sort ?? '') : `-${column.sort ?? ''}`)
                }
              >
                {column.header}
                {sorted && (down ? <IconArrowDown size={13} /> : <IconArrowUp size={13} />)}
              </button>
            ) : (
              column.header
            )}
          </div>
        );
      })}
    </div>
  );
}

/** Follows the row's own link, unless the click was meant for something else in it. */
function follow(event: MouseEvent<HTMLDivElement>) {
  if (!(event.target instanceof Element) || event.target.closest('a, button, input, label')) return;
  if (window.getSelection()?.toString()) return;
  event.currentTarget.querySelector<HTMLElement>('[data-primary]')?.click();
}

/** `j` and `k` move the focus from row link to row link; Enter then follows the link by itself. */
function useRowKeys(
  body: React.RefObject<HTMLDivElement | null>,
  length: number,
  scrollTo: (index: number) => void,
) {
  const current = useRef(-1);
  const go = (step: number) => {
    const focused = document.activeElement?.closest<HTMLElement>('[data-index]');
    if (focused && body.current?.contains(focused)) current.current = Number(focused.dataset.index);
    const next = Math.min(Math.max(current.current + step, 0), length - 1);
    if (length === 0) return;
    current.current = next;
    scrollTo(next);
    const focus = (tries: number) => {
      const link = body.current?.querySelector<HTMLElement>(
        `[data-index="${next}"] [data-primary]`,
      );
      if (link) link.focus({ preventScroll: true });
      else if (tries > 0) requestAnimationFrame(() => focus(tries - 1));
    };
    requestAnimationFrame(() => focus(10));
  };
  useHotkeys([
    ['j', () => go(1)],
    ['k', () => go(-1)],
  ]);
}
