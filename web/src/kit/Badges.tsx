import {
  IconAlertCircle,
  IconAlertOctagon,
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClockPause,
  IconFlag,
  IconInfoCircle,
  IconRadar2,
  IconStethoscope,
  IconTool,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';

import type { IncidentStage, ItemState, Phase, Priority, Severity } from '../api';
import styles from './kit.module.css';
import { phaseWord, severityWord, stageWord, stateWord, words } from './words';

export type Tone = 'bad' | 'warn' | 'good' | 'info' | 'none';

/** P1 to P5. */
export function PriorityBadge({
  priority,
  marked = false,
}: {
  priority: Priority;
  marked?: boolean;
}) {
  return (
    <span
      className={`${styles.tag} ${styles.priority}`}
      data-value={priority}
      title={marked ? `Priority ${priority}, set by hand` : `Priority ${priority}`}
    >
      {priority}
      {marked && <IconFlag size={11} aria-label="set by hand" />}
    </span>
  );
}

const phaseIcon: Record<Phase, ReactNode> = {
  detect: <IconRadar2 size={13} aria-hidden />,
  diagnose: <IconStethoscope size={13} aria-hidden />,
  resolve: <IconTool size={13} aria-hidden />,
  done: <IconCircleCheck size={13} aria-hidden />,
};

/** The stage of an incident in the colour of its phase. */
export function StageBadge({ stage, phase }: { stage: IncidentStage; phase: Phase }) {
  const held = stage === 'on_hold';
  return (
    <span className={`${styles.tag} ${styles.stage}`} data-value={held ? 'hold' : phase}>
      {held ? <IconClockPause size={13} aria-hidden /> : phaseIcon[phase]}
      {stageWord[stage]}
    </span>
  );
}

/** Detect, diagnose, resolve or done. */
export function PhaseBadge({ phase }: { phase: Phase }) {
  return (
    <span className={`${styles.tag} ${styles.stage}`} data-value={phase}>
      {phaseIcon[phase]}
      {phaseWord[phase]}
    </span>
  );
}

function Mark({ tone, icon, children }: { tone: Tone; icon: ReactNode; children: ReactNode }) {
  return (
    <span className={styles.plain}>
      <span className={styles.tone} data-tone={tone} style={{ display: 'inline-flex' }}>
        {icon}
      </span>
      {children}
    </span>
  );
}

const severityLook: Record<Severity, [Tone, ReactNode]> = {
  critical: ['bad', <IconAlertOctagon key="i" size={15} aria-hidden />],
  error: ['bad', <IconAlertCircle key="i" size={15} aria-hidden />],
  warning: ['warn', <IconAlertTriangle key="i" size={15} aria-hidden />],
  info: ['info', <IconInfoCircle key="i" size={15} aria-hidden />],
  none: ['none', <IconCircleDashed key="i" size={15} aria-hidden />],
};

/** How grave something is, technically. */
export function SeverityMark({ severity }: { severity: Severity }) {
  const [tone, icon] = severityLook[severity];
  return (
    <Mark tone={tone} icon={icon}>
      {severityWord[severity]}
    </Mark>
  );
}

const stateLook: Record<ItemState, [Tone, ReactNode]> = {
  up: ['good', <IconCircleCheck key="i" size={15} aria-hidden />],
  degraded: ['warn', <IconAlertTriangle key="i" size={15} aria-hidden />],
  down: ['bad', <IconCircleX key="i" size={15} aria-hidden />],
  unknown: ['none', <IconCircleDashed key="i" size={15} aria-hidden />],
};

/** Whether an item of the estate works. */
export function ItemStateMark({ state }: { state: ItemState }) {
  const [tone, icon] = stateLook[state];
  return (
    <Mark tone={tone} icon={icon}>
      {stateWord[state]}
    </Mark>
  );
}

const alertTone: Record<string, Tone> = {
  open: 'bad',
  acknowledged: 'info',
  suppressed: 'none',
  cleared: 'good',
  closed: 'none',
};

/** The state of an alert, a page or a call: a dot and its word. */
export function StateWord({ state, tone }: { state: string; tone?: Tone }) {
  return (
    <Mark tone={tone ?? alertTone[state] ?? 'none'} icon={<Dot />}>
      {words(state)}
    </Mark>
  );
}

function Dot() {
  return (
    <svg width="9" height="9" viewBox="0 0 9 9" aria-hidden>
      <circle cx="4.5" cy="4.5" r="4" fill="currentColor" />
    </svg>
  );
}
