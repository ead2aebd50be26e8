import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import styles from './kit.module.css';

export interface SimpleColumn<T> {
  header: string;
  /** By what the rows are sorted when the header is pressed. */
  sort?: string;
  cell: (row: T) => ReactNode;
  align?: 'end';
}

interface Props<T> {
  label: string;
  rows: T[];
  rowKey: (row: T) => string;
  columns: SimpleColumn<T>[];
  /** `field` or `-field`, where rows can be sorted. */
  sort?: string;
  onSort?: (sort: string) => void;
}

/** A short table that shows all its rows; each row becomes a card on a narrow screen. */
export function SimpleTable<T>({ label, rows, rowKey, columns, sort, onSort }: Props<T>) {
  return (
    <div className={styles.simpleWrap}>
      <table className={styles.simple} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.header}
                scope="col"
                data-align={column.align}
                aria-sort={sortedBy(column.sort, sort)}
              >
                {column.sort && onSort ? (
                  <SortButton column={column.sort} sort={sort} onSort={onSort}>
                    {column.header}
                  </SortButton>
                ) : (
                  column.header || <span aria-hidden>{'\u00a0'}</span>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.header} data-label={column.header} data-align={column.align}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function sortedBy(column: string | undefined, sort: string | undefined) {
  if (column === undefined || sort?.replace(/^-/, '') !== column) return undefined;
  return sort.startsWith('-') ? 'descending' : 'ascending';
}

interface SortProps {
  column: string;
  sort: string | undefined;
  onSort: (sort: string) => void;
  children: ReactNode;
}

/** The largest first at first, the smallest when pressed again. */
function SortButton({ column, sort, onSort, children }: SortProps) {
  const sorted = sortedBy(column, sort);
  return (
    <button
      type="button"
      className={styles.sortButton}
      onClick={() => onSort(sorted === 'descending' ? column : `-${column}`)}
    >
      {children}
      {sorted === 'descending' && <IconArrowDown size={13} aria-hidden />}
      {sorted === 'ascending' && <IconArrowUp size={13} aria-hidden />}
    </button>
  );
}
