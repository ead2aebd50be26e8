import { IconVolume } from '@tabler/icons-react';

import styles from './tuning.module.css';

/** So many people found alerts of the rule useless that it counts as noise. */
export function NoiseMark() {
  return (
    <span className={styles.noise} title="On the noise list until the rule is tuned">
      <IconVolume size={13} aria-hidden /> Noise
    </span>
  );
}
