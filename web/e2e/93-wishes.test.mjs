// How somebody wants to be called, and the shifts of somebody who is away.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, enter, looks, open, url } from './world.mjs';

let b;
let mark;
const person = () => `e2e-wisher-${mark}`;
const path = () => `/estate/person/${person()}`;

before(async () => {
  b = await open();
  await enter(b.page);
  mark = Date.now().toString(36);
  await api(b.page, 'PUT', `/api/v1/estate/items/person/${person()}`, {
    apiVersion: 'operate/v1',
    kind: 'Person',
    metadata: { name: person(), title: 'Wisher' },
    spec: { email: 'wisher@example.org', timeZone: 'Europe/Berlin' },
  });
  await api(b.page, 'PUT', `/api/v1/estate/items/schedule/${person()}`, {
    apiVersion: 'operate/v1',
    kind: 'Schedule',
    metadata: { name: person(), title: `Turns ${mark}` },
    spec: {
      timeZone: 'UTC',
      layers: [
        {
          name: 'all',
          rotations: [{ start: '2026-01-05T08:00', every: '1d', people: [person(), 'ada'] }],
        },
      ],
    },
  });
});
after(() => b.close());

test('rules are made in a form that says what they come to', async () => {
  const { page } = b;
  await page.goto(url + path());
  await page.getByText('Everything: every way at once').waitFor();
  await page.getByRole('button', { name: /^Change when/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Add a rule' }).click();
  const rule = dialog.getByRole('group', { name: 'Rule 1' });
  const pick = async (label, option) => {
    await rule.getByLabel(label).first().click();
    await page.getByRole('option', { name: option, exact: true }).click();
    await page.keyboard.press('Tab');
  };
  await pick('For incidents', 'P1');
  await pick('In these ways', 'Email');
  await rule.getByLabel('From').fill('22:00');
  await rule.getByLabel('Until').fill('07:00');
  const comes = dialog.getByRole('list', { name: 'What that comes to' });
  await comes.getByText('P1 from 22:00 to 07:00: mail at once').waitFor();
  await comes.getByText('P1 from 07:00 to 22:00: not called').waitFor();
  await pick('After', '2m');
  await comes.getByText('P1 from 22:00 to 07:00: mail after 2 minutes').waitFor();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('P1 from 22:00 to 07:00: mail after 2 minutes').waitFor();
  const kept = await api(page, 'GET', `/api/v1/estate/items/person/${person()}`);
  assert.equal(kept.spec.notify[0].after, '2m');
});

test('rules that a file says are changed there', async () => {
  const text = `{apiVersion: operate/v1, kind: Person, metadata: {name: filed-${mark}},
    spec: {email: filed@example.org}}`;
  const files = [{ name: 'estate/filed.yaml', text }];
  await api(b.page, 'POST', '/api/v1/estate/apply', { files, prune: false });
  await b.page.goto(`${url}/estate/person/filed-${mark}`);
  const rules = b.page.getByRole('list', { name: /called how$/ }).locator('xpath=..');
  await rules.getByText('Kept in estate/filed.yaml: change it there and apply it.').waitFor();
  assert.equal(await b.page.getByRole('button', { name: /^Change when/ }).count(), 0);
});

test('the shifts of whoever goes on leave are listed and offered', async () => {
  const { page } = b;
  const day = 86_400_000;
  const from = new Date(Date.now() + 3 * day).toISOString();
  const until = new Date(Date.now() + 9 * day).toISOString();
  await api(page, 'POST', `/api/v1/people/${person()}/away`, { type: 'leave', from, until });
  await page.goto(url + path());
  const list = page.getByRole('list', { name: 'Shifts to be replaced' });
  await list.getByText('ada stands in').first().waitFor();
  await list.getByRole('button', { name: 'Offer…' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Offer it' }).click();
  await list.getByText('offered').waitFor();
});

test('both can be read by everybody', async () => {
  const { page } = b;
  const form = async () => {
    await page.getByRole('button', { name: /^Change when/ }).click();
    await page.getByText('What that comes to').waitFor();
    await page.getByRole('dialog').getByText('mail after 2 minutes').waitFor();
  };
  const list = () => page.getByRole('list', { name: 'Shifts to be replaced' }).waitFor();
  const wrong = [
    ...(await looks(page, 'person-wishes', path(), { ready: form, height: 1000 })),
    ...(await looks(page, 'person-replaced', path(), { ready: list, height: 1400 })),
  ];
  assert.deepEqual(wrong, []);
});
