// Every page: accessible, no sideways scroll from 390 to 1440, light and dark, with pictures.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { api, enter, faults, open, picture, settled, sideways, url } from './world.mjs';

const sizes = [
  { name: '1440', width: 1440, height: 900 },
  { name: '390', width: 390, height: 844 },
];

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

for (const scheme of ['light', 'dark']) {
  for (const size of sizes) {
    describe(`${scheme}, ${size.name} wide`, () => {
      let b;
      let known;
      before(async () => {
        b = await open({ ...size, scheme });
        await enter(b.page);
        known = {
          incident: (await api(b.page, 'GET', '/api/v1/incidents?limit=1')).items[0]?.id,
          alert: (await api(b.page, 'GET', '/api/v1/alerts?limit=1')).items[0]?.id,
        };
      });
      after(() => b.close());

      for (const [name, path] of Object.entries(pages)) {
        test(`${name} is accessible and fits`, async () => {
          await b.page.goto(url + path(known));
          await settled(b.page);
          await picture(b.page, `${name}-${size.name}-${scheme}`);
          assert.deepEqual(await faults(b.page), []);
          assert.ok((await sideways(b.page)) <= 0, 'the page scrolls sideways');
        });
      }

      test('nothing was reported to the console', () => assert.deepEqual(b.errors, []));
    });
  }
}

test('no width between scrolls sideways', async () => {
  const b = await open();
  try {
    await enter(b.page);
    const incident = (await api(b.page, 'GET', '/api/v1/incidents?limit=1')).items[0]?.id;
    for (const width of [390, 480, 600, 768, 820, 1024, 1200, 1366]) {
      await b.page.setViewportSize({ width, height: 900 });
      for (const name of [
        'overview',
        'incidents',
        'incident',
        'alerts',
        'item',
        'reports',
        'settings-tokens',
      ]) {
        await b.page.goto(url + pages[name]({ incident }));
        await settled(b.page);
        assert.ok((await sideways(b.page)) <= 0, `${name} at ${width} scrolls sideways`);
      }
    }
  } finally {
    await b.close();
  }
});
