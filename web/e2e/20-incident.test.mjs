// One real cause, from the first alert to the report, in an open browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  alert,
  api,
  enter,
  key,
  open,
  picture,
  sampleEstate,
  sendAlerts,
  settled,
  url,
} from './world.mjs';

let b;
let secret;
let mark;
let id;

before(async () => {
  b = await open();
  await enter(b.page);
  await sampleEstate(b.page);
  secret = await key(b.page);
  mark = Date.now().toString(36);
});
after(() => b.close());

const command = (path, version, body) =>
  b.page.request.post(`${url}/api/v1/incidents/${path}/commands`, {
    headers: { 'x-operate-csrf': '1', 'if-match': `"${version}"` },
    data: body,
  });
const button = (name) => b.page.getByRole('button', { name, exact: true });
const show = () => api(b.page, 'GET', `/api/v1/incidents/${id}`);

test('a new alert reaches an open page within two seconds, and leads to its incident', async () => {
  await b.page.goto(`${url}/alerts`);
  await b.page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await settled(b.page);
  const name = `IdentityDown${mark}`;
  const started = Date.now();
  await sendAlerts(b.page, secret, [
    alert(
      name,
      { component: 'identity-provider', severity: 'critical' },
      `Identity provider refuses sign-ins ${mark}`,
    ),
  ]);
  const link = b.page.getByRole('link', { name });
  await link.waitFor({ timeout: 2000 });
  console.log(`the alert was in view ${Date.now() - started} ms after it was sent`);
  await link.click();
  await b.page.getByRole('link', { name: 'Open the incident' }).first().click();
  await b.page.waitForURL(/\/incidents\/inc_/);
  id = new URL(b.page.url()).pathname.split('/').pop();
});

test('the page shows impact first, the calculation of the priority, and why each alert is here', async () => {
  await b.page.goto(`${url}/incidents/${id}`);
  await settled(b.page);
  for (const part of ['Customer impact', 'Priority', 'Alerts', 'Paging', 'Times', 'Timeline']) {
    await b.page.getByRole('region', { name: part, exact: true }).waitFor();
  }
  const priority = b.page.getByRole('region', { name: 'Priority', exact: true });
  await priority.getByText('Impact', { exact: true }).waitFor();
  await priority.getByText(/matrix/).waitFor();
  const regions = await b.page
    .getByRole('region')
    .evaluateAll((found) =>
      found.map(
        (each) => document.getElementById(each.getAttribute('aria-labelledby') ?? '')?.textContent,
      ),
    );
  assert.equal(regions[0], 'Customer impact');
  await picture(b.page, 'incident-new-1440-light');
});

test('acknowledging is one click, and a comment stands in the timeline', async () => {
  if (await button('Acknowledge').first().isVisible()) {
    const asked = b.page.waitForRequest('**/commands');
    await button('Acknowledge').first().click();
    // Whoever is woken takes it, whatever Operate has noted meanwhile.
    assert.equal((await asked).headers()['if-match'], undefined);
    await button('Acknowledge').first().waitFor({ state: 'detached' });
  }
  assert.ok((await show()).acknowledged_by);
  await b.page.getByLabel('Comment', { exact: true }).fill(`Looking at the token service ${mark}`);
  await button('Comment').click();
  await b.page.getByText(`Looking at the token service ${mark}`).first().waitFor();
});

test('a change by somebody else shows without reload', async () => {
  const title = `Sign-in is down ${mark}`;
  const edit = async () => command(id, (await show()).version, { command: 'edit', title });
  let answer = await edit();
  // Operate itself may have noted something in between.
  if (answer.status() === 412) answer = await edit();
  assert.equal(answer.status(), 200, await answer.text());
  await b.page.getByRole('heading', { name: title, level: 1 }).waitFor({ timeout: 2000 });
});

test('two editors do not overwrite each other: the second is told, and keeps what was typed', async () => {
  await b.page.getByRole('button', { name: 'Record who is affected' }).click();
  await b.page.getByLabel('Affected users').fill('1200');
  // Answered with an older version than the one that somebody else has just made.
  await b.page.route('**/commands', async (route) => {
    await route.continue({ headers: { ...route.request().headers(), 'if-match': '"1"' } });
  });
  await b.page.getByRole('dialog').getByRole('button', { name: 'Record who is affected' }).click();
  await b.page.getByText('Someone changed this record first.').waitFor();
  await picture(b.page, 'incident-conflict-1440-light');
  await b.page.unroute('**/commands');
  await b.page.getByRole('button', { name: 'Reload the record' }).click();
  assert.match(await b.page.getByLabel('Affected users').inputValue(), /1200/);
  await b.page.getByRole('dialog').getByRole('button', { name: 'Record who is affected' }).click();
  await b.page.getByText('1,200 users').waitFor();
});

test('a workaround restores; the record stays open until it is resolved with a cause', async () => {
  await button('Mark restored').click();
  await b.page.getByRole('dialog').getByLabel('Note').fill('Traffic moved to the second node');
  await b.page.getByRole('dialog').getByRole('button', { name: 'Mark restored' }).click();
  await b.page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal((await show()).stage, 'restored');

  await button('Resolve').first().click();
  const dialog = b.page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Cause' }).click();
  await b.page.getByRole('option', { name: /^Technology/ }).click();
  await dialog.getByRole('combobox', { name: 'Resolution' }).click();
  await b.page.getByRole('option', { name: /^Fixed/ }).click();
  await dialog.getByRole('button', { name: 'Resolve' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal((await show()).stage, 'resolved');
  await settled(b.page);
  await picture(b.page, 'incident-resolved-1440-light');
});

test('the report counts it, and its figure opens the incident behind it', async () => {
  await b.page.goto(`${url}/reports`);
  await settled(b.page);
  await b.page.getByRole('button', { name: /^Time to resolve/ }).click();
  const behind = b.page.getByRole('table', { name: 'Incidents behind Time to resolve' });
  await behind.getByRole('link', { name: new RegExp(mark) }).waitFor();
  const [file] = await Promise.all([
    b.page.waitForEvent('download'),
    b.page.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  assert.match(file.suggestedFilename(), /^operate-times-.*\.csv$/);
});

test('nothing was reported to the console', () => {
  const unexpected = b.errors.filter((text) => !/412/.test(text));
  assert.deepEqual(unexpected, []);
});
