// Who would be told: labels are tried, and how soon receivers are told is set.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, enter, faults, looks, open, picture, settled, url } from './world.mjs';

let b;

before(async () => {
  b = await open();
  await enter(b.page);
});
after(() => b.close());

test('without a routing file the page says how to come by one', async () => {
  await b.page.goto(`${url}/alerts/routing`);
  await b.page.getByText('No routing configuration is set').waitFor();
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
});

test('labels that somebody pastes show which item they would find', async () => {
  await b.page.goto(`${url}/alerts/routing?view=test`);
  await b.page
    .getByLabel('The labels of an alert')
    .fill('{alertname="OrdersSlow", service="orders", severity="warning"}');
  await b.page.getByText('What would happen').waitFor();
  await b.page.getByText('Nobody: there is no routing configuration').waitFor();
  await b.page.getByText('By nothing').waitFor();
  assert.match(b.page.url(), /labels=/);
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
  await picture(b.page, 'routing-test-1440-light');
  await b.page.getByLabel('The labels of an alert').fill('nonsense');
  await b.page.getByText('This is no label: nonsense').waitFor();
});

test('what can wait is put into a digest, and a wrong zone is refused at its field', async () => {
  await b.page.goto(`${url}/settings/notifications`);
  await b.page.getByRole('combobox', { name: 'P4' }).click();
  await b.page.getByRole('option', { name: 'In a digest each week' }).click();
  await b.page.getByLabel('Limit how many notifications a receiver gets').check();
  await b.page.getByRole('textbox', { name: 'Zone' }).fill('Mars/Base');
  await b.page.getByRole('button', { name: 'Save' }).click();
  await b.page.getByText('a zone of the IANA database', { exact: false }).waitFor();
  await b.page.getByRole('textbox', { name: 'Zone' }).fill('Europe/Berlin');
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
  await picture(b.page, 'settings-notifications-1440-light');
  await b.page.getByRole('button', { name: 'Save' }).click();
  await b.page.waitForFunction(async () => {
    const answer = await fetch('/api/v1/settings/notifications');
    return (await answer.json()).cadence.p4 === 'weekly';
  });
  const saved = await api(b.page, 'GET', '/api/v1/settings/notifications');
  assert.deepEqual(saved.storm, { most: 30, window_seconds: 60 });
  assert.equal(saved.digests.zone, 'Europe/Berlin');
});

test('both are accessible and fit', async () => {
  const test = '/alerts/routing?view=test&labels=alertname%3DDown';
  assert.deepEqual(await looks(b.page, 'routing-test', test), []);
  assert.deepEqual(await looks(b.page, 'settings-notifications', '/settings/notifications'), []);
});
