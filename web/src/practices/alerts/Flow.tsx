import {
  IconArrowsSplit2,
  IconBell,
  IconBellOff,
  IconBox,
  IconCircleCheck,
  IconPhoneRinging,
  IconPlugConnected,
  IconStack2,
  IconTag,
  IconUrgent,
} from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';

import type { Tone } from '../../kit/Badges';
import styles from './why.module.css';

const icons = {
  source: IconPlugConnected,
  item: IconBox,
  incident: IconUrgent,
  meaning: IconTag,
  route: IconArrowsSplit2,
  group: IconStack2,
  held: IconBellOff,
  free: IconCircleCheck,
  told: IconBell,
  called: IconPhoneRinging,
} satisfies Record<string, ComponentType<{ size?: number }>>;

/** Steps one below the other, in the order in which they happen. */
export function Flow({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ol className={styles.flow} aria-label={label}>
      {children}
    </ol>
  );
}

interface Props {
  icon: keyof typeof icons;
  title: string;
  tone?: Tone;
  children: ReactNode;
}

/** One step: what happened, in a line of its own, and what belongs to it. */
export function Step({ icon, title, tone = 'none', children }: Props) {
  const Icon = icons[icon];
  return (
    <li className={styles.step}>
      <span className={styles.mark} data-tone={tone} aria-hidden>
        <Icon size={15} />
      </span>
      <div className={styles.body}>
        <h3>{title}</h3>
        {children}
      </div>
    </li>
  );
}
