// Woken at night, with a telephone in one hand: taking a page needs one tap.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, enter, faults, open, picture, settled, sideways, url, user } from './world.mjs';

const person = 'thumb-tester';
const estate = `
{apiVersion: operate/v1, kind: Person, metadata: {name: ${person}},
 spec: {email: thumb@example.org}}
---
{apiVersion: operate/v1, kind: EscalationPolicy, metadata: {name: ${person}},
 spec: {steps: [{contacts: [${person}], wait: 30m}]}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: ${person}},
 spec: {team: ${person}, escalationPolicy: ${person}}}
---
{apiVersion: operate/v1, kind: Team, metadata: {name: ${person}}, spec: {}}
`;

let b;
let account;

before(async () => {
  b = await open({ width: 390, height: 844, scheme: 'dark' });
  await enter(b.page);
  const files = [{ name: 'thumb.yaml', text: estate }];
  await api(b.page, 'POST', '/api/v1/estate/apply', { files, prune: false });
  const { items } = await api(b.page, 'GET', '/api/v1/accounts');
  const { display_name, role, teams, scoped, ...rest } = items.find(({ name }) => name === user);
  account = { display_name, role, teams, scoped, person: rest.person };
  const mine = { ...account, person: `person/${person}` };
  await api(b.page, 'PUT', `/api/v1/accounts/${user}`, mine);
});
after(async () => {
  await api(b.page, 'PUT', `/api/v1/accounts/${user}`, account);
  await b.close();
});

/** Breaks something that calls the person, and waits until the page rings. */
async function rings(title) {
  const incident = await api(b.page, 'POST', '/api/v1/incidents', {
    title,
    item: `service/${person}`,
    impact: 'high',
    urgency: 'high',
  });
  for (let look = 0; look < 100; look += 1) {
    const { pages } = await api(b.page, 'GET', '/api/v1/my/on-call');
    if (pages.some((page) => page.incident === incident.id)) return incident;
    await b.page.waitForTimeout(50);
  }
  return assert.fail('nobody is called');
}

/** Presses a button once, and waits until the incident is taken. */
async function taken(incident, button) {
  const box = await button.boundingBox();
  assert.ok(box.height >= 44, `${box.height} px high`);
  await button.click();
  await button.waitFor({ state: 'detached' });
  for (let look = 0; look < 100; look += 1) {
    if ((await api(b.page, 'GET', `/api/v1/incidents/${incident.id}`)).acknowledged_by) return;
    await b.page.waitForTimeout(50);
  }
  assert.fail('the incident was not acknowledged');
}

test('one tap on My shifts takes a page', async () => {
  const { page } = b;
  const incident = await rings('Nobody can pay at night');
  await page.goto(`${url}/my/on-call`);
  const line = page.getByRole('listitem').filter({ hasText: incident.title });
  const button = line.getByRole('button', { name: 'Acknowledge' });
  await button.waitFor();
  await settled(page);
  await picture(page, 'thumb-my-shifts');
  assert.ok((await sideways(page)) <= 0, 'the page scrolls sideways');
  assert.deepEqual(await faults(page), []);
  await taken(incident, button);
  await page.getByRole('link', { name: 'What called me, and why' }).click();
  await page.waitForURL(/reports\/load\?.*thumb-tester/);
});

test('one tap on the incident takes its page', async () => {
  const { page } = b;
  const incident = await rings('Nobody can log in at night');
  await page.goto(`${url}/incidents/${incident.id}`);
  const actions = page.getByRole('group', { name: 'Actions' }).first();
  const button = actions.getByRole('button', { name: 'Acknowledge', exact: true });
  await button.waitFor();
  await settled(page);
  await picture(page, 'thumb-incident');
  assert.ok((await sideways(page)) <= 0, 'the page scrolls sideways');
  await taken(incident, button);
});
