import type { ReactNode } from 'react';

import styles from './kit.module.css';

export interface SimpleColumn<T> {
  header: string;
  cell: (row: T) => ReactNode;
  align?: 'end';
}

interface Props<T> {
  label: string;
  rows: T[];
  rowKey: (row: T) => string;
  columns: SimpleColumn<T>[];
}

/** A short table that shows all its rows; each row becomes a card on a narrow screen. */
export function SimpleTable<T>({ label, rows, rowKey, columns }: Props<T>) {
  return (
    <div className={styles.simpleWrap}>
      <table className={styles.simple} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.header} scope="col" data-align={column.align}>
                {column.header || <span aria-hidden>{'\u00a0'}</span>}
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
