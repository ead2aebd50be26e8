import { Slider } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';

import type { Supposed } from '../../api';
import { changed } from '../../kit/filter';
import { count } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './contracts.module.css';
import { percent } from './say';

/** Which past periods another target would have kept. */
export function WhatIf({ supposed }: { supposed: Supposed[] }) {
  const search = useSearch({ from: '/app/contracts/$name' });
  const navigate = useNavigate({ from: '/contracts/$name' });
  const holds = Math.max(
    0,
    supposed.findIndex((each) => each.holds),
  );
  const asked = supposed.findIndex((each) => String(each.target_percent) === search.target);
  const place = asked >= 0 ? asked : holds;
  const chosen = supposed[place];
  if (!chosen) return null;
  const over = chosen.kept.length + chosen.missed.length + chosen.unproven.length;
  const choose = (next: number) => {
    const target = supposed[next]?.target_percent;
    const value = target === undefined || next === holds ? null : String(target);
    void navigate({ search: (before) => changed(before, 'target', value), replace: true });
  };
  return (
    <Panel title="What if the target were another?">
      {over === 0 ? (
        <div className={styles.sub}>No period is over yet.</div>
      ) : (
        <>
          <Slider
            min={0}
            max={supposed.length - 1}
            step={1}
            value={place}
            onChange={choose}
            label={(at) => percent(supposed[at]?.target_percent)}
            thumbLabel="Target"
            marks={[{ value: holds, label: 'promised' }]}
            mt={28}
            mb={26}
            mx={10}
          />
          <p className={styles.answer} role="status">
            With <b>{percent(chosen.target_percent)}</b>
            {chosen.holds ? ', as promised,' : ''} {chosen.kept.length} of {count(over, 'period')}{' '}
            {chosen.kept.length === 1 ? 'is' : 'are'} kept.
          </p>
          <Names title="Missed" names={chosen.missed} />
          <Names title="Unproven" names={chosen.unproven} />
        </>
      )}
    </Panel>
  );
}

function Names({ title, names }: { title: string; names: string[] }) {
  if (names.length === 0) return null;
  return (
    <p className={styles.sub}>
      {title}: {names.slice(0, 12).join(', ')}
      {names.length > 12 ? ` and ${names.length - 12} more` : ''}
    </p>
  );
}
