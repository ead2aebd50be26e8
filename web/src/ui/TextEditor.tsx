import { useId, useRef } from 'react';

import styles from './editor.module.css';

/** Something to say about a line, from 1; 0 is the text as a whole. */
export interface Mark {
  line: number;
  text: string;
}

interface Props {
  label: string;
  description?: string;
  value: string;
  change?: (value: string) => void;
  marks?: Mark[];
}

const ROWS_MIN = 12;
const ROWS_MAX = 26;

/** A text with numbered lines, what is wrong beside the line, and a list that leads there. */
export function TextEditor({ label, description, value, change, marks = [] }: Props) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const lines = value.split('\n');
  const placed = marks.filter((mark) => mark.line > 0);

  const follow = () => {
    const at = field.current;
    if (!at || !gutter.current || !layer.current) return;
    gutter.current.scrollTop = at.scrollTop;
    layer.current.style.transform = `translate(${-at.scrollLeft}px, ${-at.scrollTop}px)`;
  };
  const lead = (line: number) => {
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    const end = start + (lines[line - 1]?.length ?? 0);
    field.current?.focus();
    field.current?.setSelectionRange(start, end);
  };
  return (
    <div>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      {description && (
        <div className={styles.description} id={`${id}-about`}>
          {description}
        </div>
      )}
      <div className={styles.box}>
        <div className={styles.gutter} ref={gutter} aria-hidden>
          <pre>{lines.map((_, index) => index + 1).join('\n')}</pre>
        </div>
        <div className={styles.field}>
          <div className={styles.layer} ref={layer} aria-hidden>
            {placed.map((mark, index) => (
              <div
                key={index}
                className={styles.mark}
                style={{ top: `calc(8px + ${mark.line - 1} * var(--op-line))` }}
              >
                <span style={{ marginInlineStart: `${(lines[mark.line - 1] ?? '').length + 2}ch` }}>
                  {mark.text}
                </span>
              </div>
            ))}
          </div>
          <textarea
            id={id}
            ref={field}
            rows={Math.min(Math.max(lines.length, ROWS_MIN), ROWS_MAX)}
            wrap="off"
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            value={value}
            readOnly={!change}
            aria-invalid={marks.length > 0}
            aria-describedby={`${description ? `${id}-about ` : ''}${id}-marks`}
            onScroll={follow}
            onChange={(event) => change?.(event.currentTarget.value)}
          />
        </div>
      </div>
      <ul className={styles.list} id={`${id}-marks`} aria-live="polite">
        {marks.map((mark, index) => (
          <li key={index}>
            {mark.line > 0 && (
              <button type="button" onClick={() => lead(mark.line)}>
                Line {mark.line}
              </button>
            )}{' '}
            {mark.text}
          </li>
        ))}
      </ul>
    </div>
  );
}
