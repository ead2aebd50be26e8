// A consumer who signs in: her services, what was promised, what she reports; and nothing else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, enter, looks, open, url } from './world.mjs';

const ESTATE = `
{apiVersion: operate/v1, kind: Team, metadata: {name: kiosk}, spec: {}}
---
{apiVersion: operate/v1, kind: Component, metadata: {name: kiosk-db}, spec: {type: database, team: kiosk}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: kiosk-sales, title: Ticket sales},
  spec: {team: kiosk, dependsOn: [component/kiosk-db]}}
---
{apiVersion: operate/v1, kind: Team, metadata: {name: kiosks, title: The kiosks}, spec: {}}
---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: kiosks, title: Sales at the kiosks},
  spec: {type: sla, provider: team/kiosk, consumer: team/kiosks, scope: [service/kiosk-sales],
    start: '2026-01-01T00:00:00Z', terms: [{availability: {target: 99.5}}]}}
`;
const PASSWORD = 'a horse of another staple';

let ada;
let eve;
before(async () => {
  ada = await open();
  await enter(ada.page);
  const files = [{ name: 'kiosk.yaml', text: ESTATE }];
  const plan = await api(ada.page, 'POST', '/api/v1/estate/apply', { files, prune: false });
  assert.deepEqual(plan.errors, []);
  await api(ada.page, 'POST', '/api/v1/accounts', {
    name: 'eve',
    password: PASSWORD,
    display_name: 'Eve',
    role: 'consumer',
    consumers: ['team/kiosks'],
  });
  eve = await open();
  await eve.page.goto(url);
  await eve.page.getByLabel('User name').fill('eve');
  await eve.page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await eve.page.getByRole('button', { name: 'Sign in' }).click();
  await eve.page.waitForURL(/\/desk$/);
});
after(async () => {
  await eve?.close();
  await ada?.close();
});

test('she sees her services and what was promised, and nothing of the house', async () => {
  await eve.page.getByRole('heading', { name: 'Your services', level: 1 }).waitFor();
  const services = eve.page.getByRole('table', { name: 'Your services' });
  await services.getByText('Ticket sales').waitFor();
  await eve.page.getByText('Sales at the kiosks').first().waitFor();
  await eve.page.goto(`${url}/incidents`);
  await eve.page.waitForURL(/\/desk$/);
  assert.equal(await eve.page.getByRole('navigation', { name: 'Main' }).count(), 0);
});

test('she reports a problem, which is worked on, and hears how it stands', async () => {
  await eve.page.getByRole('button', { name: 'Report a problem' }).click();
  const form = eve.page.getByRole('form', { name: 'Report a problem' });
  await form.getByLabel('What does not work').fill('No ticket is printed');
  await form.getByRole('button', { name: 'Send' }).click();
  const report = eve.page.getByRole('region', { name: /^Report \d+/ });
  await report.getByText('No ticket is printed').waitFor();
  await report.getByLabel(/^Add to #/).fill('Paper is there');
  await report.getByRole('button', { name: 'Add' }).click();
  await report.getByRole('listitem').getByText('Paper is there').waitFor();

  const list = await api(ada.page, 'GET', '/api/v1/incidents?q=No ticket is printed');
  const [incident] = list.items;
  assert.equal(incident.reported_item, 'service/kiosk-sales');
  const commands = `/api/v1/incidents/${incident.id}/commands`;
  await api(ada.page, 'POST', commands, { command: 'restore' });
  await eve.page.reload();
  await report.getByText('restored').waitFor();
});

test('her page is accessible and fits', async () => {
  const ready = () => eve.page.getByRole('table', { name: 'Your services' }).waitFor();
  assert.deepEqual(await looks(eve.page, 'desk', '/desk', { ready }), []);
});

test('she signs out', async () => {
  await eve.page.getByRole('button', { name: 'Sign out' }).click();
  await eve.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.deepEqual(eve.errors, []);
});
