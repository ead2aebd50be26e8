import type { ResourceDocument } from '../../api';
import { kindWord } from '../../kit/ItemLink';
import examples from './examples.json';

const kinds: Record<string, string> = {
  team: 'Team',
  person: 'Person',
  product: 'Product',
  service: 'Service',
  component: 'Component',
  usecase: 'UseCase',
  site: 'Site',
  supplier: 'Supplier',
  escalationpolicy: 'EscalationPolicy',
  route: 'Route',
  maintenancewindow: 'MaintenanceWindow',
  freeze: 'Freeze',
  schedule: 'Schedule',
  absence: 'Absence',
  shiftoverride: 'ShiftOverride',
  calendar: 'Calendar',
  servicecontract: 'ServiceContract',
  objective: 'Objective',
  datasource: 'DataSource',
};

/** The kind as documents write it: `usecase` → `UseCase`. */
export function documentKind(kind: string): string {
  return kinds[kind] ?? kind;
}

/** What a new document of a kind starts from: an example to be overwritten, about an item. */
export function example(kind: string, about?: string): ResourceDocument {
  return {
    apiVersion: 'operate/v1',
    kind: documentKind(kind),
    metadata: { name: `new-${kind}`, title: `New ${kindWord(kind).toLowerCase()}` },
    spec: {
      ...specs[kind],
      ...(about ? { [kindsAbout[kind] ?? 'item']: named(kind, about) } : {}),
    },
  };
}

/** The field in which a kind says what it is about. */
const kindsAbout: Record<string, string> = { objective: 'item', servicecontract: 'scope' };

/** What stands under `spec`, by kind. The reader of files takes each: its tests read this file. */
const specs: Record<string, Record<string, unknown>> = examples;

const named = (kind: string, about: string) => (kind === 'servicecontract' ? [about] : about);
