import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';

import styles from './ui.module.css';

interface Props {
  label: string;
  /** The search field: always in view. */
  search: ReactNode;
  /** How many filters are set. */
  active: number;
  /** The filters; none where the search field is all there is. */
  children?: ReactNode;
  /** Stays in view beside the search field. */
  end?: ReactNode;
}

/** A search field with filters beside it; on a narrow screen the filters open on request. */
export function FilterBar({ label, search, active, children, end }: Props) {
  const narrow = useMediaQuery('(max-width: 48em)', window.innerWidth <= 768, {
    getInitialValueInEffect: false,
  });
  const [opened, setOpened] = useState(false);
  return (
    <div className={styles.filters} role="search" aria-label={label}>
      <div className={styles.filtersSearch}>{search}</div>
      {narrow && children && (
        <Button
          variant="default"
          size="xs"
          leftSection={<IconAdjustmentsHorizontal size={14} />}
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          Filters{active > 0 ? ` (${active})` : ''}
        </Button>
      )}
      {end}
      {(!narrow || opened) && children}
    </div>
  );
}
