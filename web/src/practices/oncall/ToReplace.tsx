import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import type { HitShift } from '../../api';
import { itemName } from '../../kit/words';
import { Panel } from '../../ui/Panel';
import styles from './oncall.module.css';
import { OfferShift } from './OfferShift';
import { format } from './Timeline';

/** How many shifts are listed. */
const SHOWN = 20;

interface Props {
  shifts: HitShift[];
  zone: string;
  /** Whose shifts they are, where it is not the one who looks at them. */
  of?: string;
  /** Whether who looks at them may offer them. */
  may: boolean;
}

/** Shifts of somebody who is away: who has them instead, and offering them to others. */
export function ToReplace({ shifts, zone, of, may }: Props) {
  const [offered, setOffered] = useState<HitShift | null>(null);
  if (shifts.length === 0) return null;
  const text = format(zone);
  return (
    <Panel title="Shifts to be replaced" count={shifts.length}>
      <ul className={styles.plain} aria-label="Shifts to be replaced">
        {shifts.slice(0, SHOWN).map((shift) => (
          <li key={`${shift.schedule} ${shift.from}`}>
            <Link to="/oncall/$name" params={{ name: itemName(shift.schedule) }}>
              {shift.title}
            </Link>{' '}
            {text(shift.from)} to {text(shift.until)}:{' '}
            {shift.person ? (
              `${itemName(shift.person)} stands in`
            ) : (
              <span className={styles.bad}>nobody, it has to be filled</span>
            )}{' '}
            {shift.offer && <span className={styles.sub}>offered</span>}
            {may && shift.may_offer && (
              <Button size="compact-xs" variant="default" onClick={() => setOffered(shift)}>
                Offer…
              </Button>
            )}
          </li>
        ))}
      </ul>
      {shifts.length > SHOWN && <p className={styles.sub}>and {shifts.length - SHOWN} more</p>}
      {offered && (
        <OfferShift
          shift={offered}
          of={of}
          until="Until somebody takes it, it stays as it is."
          zone={zone}
          close={() => setOffered(null)}
        />
      )}
    </Panel>
  );
}
