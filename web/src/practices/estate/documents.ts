import type { ResourceDocument } from '../../api';

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
};

/** The kind as documents write it: `usecase` → `UseCase`. */
export function documentKind(kind: string): string {
  return kinds[kind] ?? kind;
}

/** What a new document of a kind starts from: an example to be overwritten. */
export function example(kind: string): ResourceDocument {
  return {
    apiVersion: 'operate/v1',
    kind: documentKind(kind),
    metadata: { name: `new-${kind}` },
    spec: specs[kind] ?? { title: '' },
  };
}

const specs: Record<string, Record<string, unknown>> = {
  team: { title: 'Payments' },
  person: { title: 'Ada Example', email: 'ada@example.org', teams: ['team/payments'] },
  product: { title: 'Shop', team: 'team/payments', dependencies: [{ to: 'service/orders' }] },
  service: {
    title: 'Orders',
    team: 'team/payments',
    dependencies: [{ to: 'component/orders-db', type: 'depends_on' }],
  },
  component: { title: 'Orders database', team: 'team/payments' },
  usecase: {
    title: 'Checkout',
    criticality: 'mission_critical',
    dependencies: [{ to: 'service/orders' }],
  },
  site: { title: 'Frankfurt' },
  supplier: { title: 'Card processor' },
  escalationpolicy: {
    title: 'Payments on call',
    steps: [{ contact: 'person/ada', after_seconds: 0 }],
  },
  route: { title: 'Payments', team: 'team/payments' },
};
