import { VisuallyHidden } from '@mantine/core';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';

import type { WeekHour } from '../../api';
import { dayName, figure, hourName, moved, told, usualAt } from './patterns';
import styles from './reports.module.css';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Firings at each hour of the week: a table whose cells are shaded; arrow keys go through it. */
export function WeekMap({ week }: { week: WeekHour[] }) {
  const [at, setAt] = useState<number | null>(null);
  const table = useRef<HTMLTableElement>(null);
  const most = useMemo(() => Math.max(0, ...week.map((hour) => usualAt(hour) ?? 0)), [week]);
  const days = [1, 2, 3, 4, 5, 6, 7];
  const chosen = at === null ? undefined : week[at];
  const press = (event: KeyboardEvent, slot: number) => {
    const next = moved(slot, event.key);
    if (next === null) return;
    event.preventDefault();
    table.current?.querySelector<HTMLElement>(`[data-slot="${next}"]`)?.focus();
  };
  return (
    <>
      <table
        ref={table}
        role="grid"
        className={styles.week}
        aria-label="Firings by hour of the week"
      >
        <thead>
          <tr>
            <th scope="col">
              <VisuallyHidden>Day</VisuallyHidden>
            </th>
            {HOURS.map((hour) => (
              <th key={hour} scope="col">
                {hour % 6 === 0 ? hour : <VisuallyHidden>{hour}</VisuallyHidden>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day}>
              <th scope="row">{dayName(day).slice(0, 3)}</th>
              {HOURS.map((hour) => {
                const slot = (day - 1) * 24 + hour;
                const cell = week[slot];
                const value = cell ? usualAt(cell) : null;
                return (
                  <td
                    key={hour}
                    role="gridcell"
                    data-slot={slot}
                    tabIndex={slot === (at ?? 0) ? 0 : -1}
                    title={cell ? told(cell) : hourName(hour)}
                    style={{ background: shade(value, most) }}
                    onFocus={() => setAt(slot)}
                    onClick={(event) => event.currentTarget.focus()}
                    onKeyDown={(event) => press(event, slot)}
                  >
                    <VisuallyHidden>{value === null ? 'unknown' : figure(value)}</VisuallyHidden>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.sub} aria-live="polite">
        {chosen
          ? told(chosen)
          : `The busiest hour has ${figure(most)}. Choose an hour to read its figures.`}
      </p>
    </>
  );
}

/** The more, the stronger; the root keeps small counts visible beside large ones. */
function shade(value: number | null, most: number): string {
  if (value === null) return 'transparent';
  const part = most > 0 ? Math.round(Math.sqrt(value / most) * 100) : 0;
  return `color-mix(in srgb, var(--op-accent) ${part}%, var(--op-sunken))`;
}
