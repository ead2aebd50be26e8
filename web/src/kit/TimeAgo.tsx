import { useCallback } from 'react';

import { absolute, duration, relative, useTicking } from '../ui/clock';
import styles from './kit.module.css';

interface Props {
  at: string;
  /** `ago`: 3 min ago. `age`: 3 min. */
  form?: 'ago' | 'age';
  /** Also writes the absolute time with its zone below. */
  below?: boolean;
}

/** A point in time as its age, which ticks; the absolute time with zone on hover or below. */
export function TimeAgo({ at, form = 'ago', below = false }: Props) {
  const time = Date.parse(at);
  const text = useTicking(
    useCallback(
      (now: number) => (form === 'age' ? duration((now - time) / 1000) : relative(time, now)),
      [form, time],
    ),
  );
  return (
    <>
      <time className={styles.time} dateTime={at} title={absolute(at)}>
        {text}
      </time>
      {below && <span className={styles.timeBelow}>{absolute(at)}</span>}
    </>
  );
}
