import type { ResourceDocument } from '../../api';
import { kindWord } from '../../kit/ItemLink';

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

const named = (kind: string, about: string) => (kind === 'servicecontract' ? [about] : about);

const specs: Record<string, Record<string, unknown>> = {
  team: { email: 'team@example.org' },
  person: {
    email: 'ada@example.org',
    teams: ['team-name'],
    timeZone: 'Europe/Berlin',
    addresses: { ntfy: 'ada-pages', sms: '+4930123456' },
    notify: [
      { priorities: ['P1', 'P2'], by: ['ntfy'] },
      { priorities: ['P1', 'P2'], after: '2m', by: ['sms'] },
      { priorities: ['P3', 'P4', 'P5'], between: { from: '08:00', until: '20:00' }, by: ['email'] },
    ],
  },
  product: { team: 'team-name' },
  service: {
    team: 'team-name',
    product: 'product-name',
    dependsOn: ['component/database-name'],
    runsOn: ['component/platform-name'],
  },
  component: { team: 'team-name' },
  usecase: { criticality: 'mission_critical', dependsOn: ['service/service-name'] },
  escalationpolicy: {
    team: 'team-name',
    steps: [
      { contacts: ['person-name'], wait: '5m' },
      { contacts: ['second-person'], wait: '10m' },
    ],
    repeat: 2,
  },
  maintenancewindow: {
    items: ['component/database-name'],
    windows: [{ start: '2030-01-31T22:00:00Z', end: '2030-01-31T23:00:00Z' }],
    reason: 'new disks',
  },
  schedule: {
    team: 'team-name',
    timeZone: 'Europe/Berlin',
    layers: [
      {
        name: 'first',
        rotations: [
          { start: '2030-01-07T09:00', every: '1w', people: ['person-name', 'second-person'] },
        ],
      },
    ],
  },
  absence: {
    person: 'person-name',
    type: 'leave',
    start: '2030-07-01T00:00:00+02:00',
    end: '2030-07-15T00:00:00+02:00',
  },
  shiftoverride: {
    schedule: 'schedule-name',
    person: 'ada',
    start: '2030-07-01T08:00:00Z',
    end: '2030-07-01T16:00:00Z',
  },
  freeze: {
    windows: [{ start: '2030-12-20T00:00:00Z', end: '2031-01-02T00:00:00Z' }],
    reason: 'the weeks before the new year',
  },
  calendar: {
    timeZone: 'Europe/Berlin',
    hours: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '18:00' }],
    holidays: [{ name: 'New Year', yearly: '01-01' }],
  },
  servicecontract: {
    type: 'sla',
    provider: 'team/team-name',
    consumer: 'usecase/use-case-name',
    scope: ['product/product-name'],
    start: '2030-01-01T00:00:00Z',
    terms: [
      {
        calendar: 'calendar-name',
        availability: { target: 99.9, period: 'month' },
        clocks: [{ clock: 'restore', targets: { P1: '1h', P2: '4h', P3: '1d' } }],
      },
    ],
  },
  objective: {
    item: 'service/service-name',
    indicator: {
      source: 'prometheus',
      good: 'sum(increase(http_requests_total{code!~"5.."}[1m]))',
      total: 'sum(increase(http_requests_total[1m]))',
    },
    target: 99.9,
    window: { rolling: '30d' },
  },
  datasource: { url: 'http://localhost:9090' },
  route: { order: 50, when: 'has(labels.service)', item: 'service/{labels.service}' },
};
