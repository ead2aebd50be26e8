import type { TuningStage, TuningTask } from '../../api';
import type { Tone } from '../../kit/Badges';

export const stageTone = {
  open: 'bad',
  in_work: 'info',
  done: 'good',
  dismissed: 'none',
} satisfies Record<TuningStage, Tone>;

export const remedyWord = {
  threshold: 'Threshold changed',
  rerouted: 'Rerouted',
  removed: 'Rule removed',
  kept: 'Kept as it is',
} satisfies Record<NonNullable<TuningTask['remedy']>, string>;
