// A major incident: proposed, declared by one click, led in its command view, and stood down.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, enter, faults, looks, open, picture, sampleEstate, settled, url } from './world.mjs';

let b;
let made;
let policy;

before(async () => {
  b = await open();
  await enter(b.page);
  await sampleEstate(b.page);
  policy = await api(b.page, 'GET', '/api/v1/settings/policy');
  await api(b.page, 'PUT', '/api/v1/settings/policy', {
    ...policy,
    major: { ...policy.major, escalation_policy: 'escalationpolicy/platform' },
  });
  made = await api(b.page, 'POST', '/api/v1/incidents', {
    title: `Nobody can buy a ticket ${Date.now().toString(36)}`,
    item: 'usecase/sell-tickets',
    severity: 'critical',
  });
});
after(async () => {
  await api(b.page, 'PUT', '/api/v1/settings/policy', policy);
  await b.close();
});

const banner = () => b.page.getByRole('group', { name: 'Major incident' });
const command = () => `${url}/incidents/${made.number}/command`;

test('what is mission-critical and down is proposed with its reason', async () => {
  await b.page.goto(`${url}/incidents/${made.number}`);
  await banner().getByText('is mission-critical and down').waitFor();
  await banner().getByRole('button', { name: 'Not major' }).waitFor();
  await settled(b.page);
  await picture(b.page, 'major-proposed-1440-light');
  assert.deepEqual(await faults(b.page), []);
});

test('one click declares it, calls the team, and opens the command view', async () => {
  await banner().getByRole('button', { name: 'Declare' }).click();
  await b.page.waitForURL(command());
  await banner()
    .getByText(/Major incident since/)
    .waitFor();
  const paging = b.page.getByRole('region', { name: 'Paging', exact: true });
  await paging.getByText('Team for major incidents').waitFor();
  await paging.getByRole('button', { name: 'Answer for the team' }).click();
  await banner()
    .getByText(/answered for the team/)
    .waitFor();
  await b.page
    .getByText(/answered for the major-incident team/)
    .first()
    .waitFor();
  await b.page.getByLabel('Comment', { exact: true }).fill('Traffic goes to the second node');
  await b.page.getByRole('button', { name: 'Comment', exact: true }).click();
  await b.page.getByText('Traffic goes to the second node').first().waitFor();
});

test('the command view fits a telephone and the dark', async () => {
  const ready = () => b.page.getByRole('group', { name: 'Major incident' }).waitFor();
  const path = `/incidents/${made.number}/command`;
  assert.deepEqual(await looks(b.page, 'major-command', path, { ready }), []);
});

test('it is found in the list, and stabilised, stood down and reviewed with a word', async () => {
  await b.page.goto(`${url}/incidents?major=declared`);
  await b.page.getByText('Nobody can buy a ticket').first().waitFor();
  await b.page.goto(command());
  const dialog = b.page.getByRole('dialog');
  for (const [button, field, said, told] of [
    ['Stabilised', 'Reason', 'No more tills are hit', 'No more tills are hit'],
    ['Stand down', 'Reason', 'Sales are back', 'Stood down by'],
    ['Reviewed', 'What was learned', 'A second gateway is ordered', 'Reviewed by'],
  ]) {
    await banner().getByRole('button', { name: button }).click();
    await dialog.getByLabel(field).fill(said);
    await dialog.getByRole('button', { name: button }).click();
    await banner().getByText(told).waitFor();
  }
  const shown = await api(b.page, 'GET', `/api/v1/incidents/${made.id}`);
  assert.equal(shown.major.stage, 'reviewed');
  const cancel = { command: 'cancel', reason: 'a test' };
  await api(b.page, 'POST', `/api/v1/incidents/${made.id}/commands`, cancel).catch(() => {});
});

test('nothing was reported to the console', () => {
  assert.deepEqual(b.errors, []);
});
