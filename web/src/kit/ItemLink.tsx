import {
  IconArrowsExchange,
  IconBeach,
  IconBox,
  IconBuilding,
  IconComponents,
  IconPackage,
  IconPhoneRinging,
  IconCalendar,
  IconCalendarTime,
  IconCalendarUser,
  IconContract,
  IconDatabaseSearch,
  IconGauge,
  IconRoute,
  IconServer2,
  IconSnowflake,
  IconTargetArrow,
  IconTruck,
  IconUser,
  IconUsersGroup,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ComponentType } from 'react';

import styles from './kit.module.css';
import { itemKind, itemName, words } from './words';

const icons: Record<string, ComponentType<{ size?: number; stroke?: number }>> = {
  team: IconUsersGroup,
  person: IconUser,
  product: IconPackage,
  service: IconServer2,
  component: IconComponents,
  usecase: IconTargetArrow,
  site: IconBuilding,
  supplier: IconTruck,
  escalationpolicy: IconPhoneRinging,
  route: IconRoute,
  maintenancewindow: IconCalendarTime,
  freeze: IconSnowflake,
  shiftoverride: IconArrowsExchange,
  schedule: IconCalendarUser,
  absence: IconBeach,
  calendar: IconCalendar,
  servicecontract: IconContract,
  objective: IconGauge,
  datasource: IconDatabaseSearch,
};

/** The picture of a kind of item. */
export function KindIcon({ kind, size = 15 }: { kind: string; size?: number }) {
  const Icon = icons[kind] ?? IconBox;
  return <Icon size={size} stroke={1.75} aria-hidden />;
}

const kindWords: Record<string, string> = {
  usecase: 'Use case',
  escalationpolicy: 'Escalation policy',
  maintenancewindow: 'Maintenance window',
  servicecontract: 'Service contract',
  datasource: 'Data source',
  shiftoverride: 'Shift override',
};

/** The word for a kind of item. */
export function kindWord(kind: string): string {
  return kindWords[kind] ?? words(kind);
}

/** An item of the estate, leading to its page. */
export function ItemLink({ item, title }: { item: string; title?: string | undefined }) {
  const kind = itemKind(item);
  return (
    <Link
      to="/estate/$kind/$name"
      params={{ kind, name: itemName(item) }}
      className={styles.item}
      title={`${kindWord(kind)} ${itemName(item)}`}
    >
      <KindIcon kind={kind} />
      <span>{title ?? itemName(item)}</span>
    </Link>
  );
}
