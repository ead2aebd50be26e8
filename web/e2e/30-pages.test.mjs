// Every page: accessible, no sideways scroll from 390 to 1440, light and dark, with pictures.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, enter, looks, open } from './world.mjs';

const pages = {
  overview: () => '/',
  incidents: () => '/incidents',
  'incidents-all': () => '/incidents?open=all',
  incident: (known) => `/incidents/${known.incident}`,
  'incident-new': () => '/incidents/new',
  alerts: () => '/alerts?state=all',
  'alerts-unmatched': () => '/alerts?matched=false',
  alert: (known) => `/alerts/${known.alert}`,
  silences: () => '/silences',
  'silences-calendar': () => '/silences?view=calendar',
  'silence-new': () => '/silences/new',
  'estate-map': () => '/estate?view=map',
  'estate-impact': () => '/estate?view=map&item=component/orders-db',
  'estate-list': () => '/estate?view=list',
  item: () => '/estate/service/orders',
  'item-edit': () => '/estate/service/orders/edit',
  'item-new': () => '/estate/new',
  reports: () => '/reports?figure=detect',
  load: () => '/reports/load',
  oncall: () => '/oncall',
  schedule: () => '/oncall/platform',
  'load-nobody': () => '/reports/load?person=person/hugo',
  person: () => '/estate/person/ada',
  ...Object.fromEntries(
    [
      'accounts',
      'people',
      'tokens',
      'integrations',
      'rules',
      'classification',
      'routes',
      'escalation',
      'priority',
      'policy',
      'chat',
      'outbox',
      'about',
    ].map((part) => [`settings-${part}`, () => `/settings/${part}`]),
  ),
  nowhere: () => '/no/such/page',
};

let b;
let known;
before(async () => {
  b = await open();
  await enter(b.page);
  known = {
    incident: (await api(b.page, 'GET', '/api/v1/incidents?limit=1')).items[0]?.id,
    alert: (await api(b.page, 'GET', '/api/v1/alerts?limit=1')).items[0]?.id,
  };
});
after(() => b.close());

for (const [name, path] of Object.entries(pages)) {
  test(`${name} is accessible and fits`, async () => {
    assert.deepEqual(await looks(b.page, name, path(known)), []);
  });
}

test('nothing was reported to the console', () => assert.deepEqual(b.errors, []));
