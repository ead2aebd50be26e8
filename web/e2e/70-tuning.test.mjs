// From an alert that was of no use to its tuned rule; history and analysis of alerts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  alert,
  api,
  enter,
  faults,
  key,
  looks,
  open,
  picture,
  sendAlerts,
  settled,
  url,
} from './world.mjs';

let b;
let secret;
let name;

const button = (label) => b.page.getByRole('button', { name: label, exact: true });

/** Waits until the server says so. */
async function until(what, ask) {
  const end = Date.now() + 10_000;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await b.page.waitForTimeout(100);
  }
}

const history = (query) =>
  api(b.page, 'GET', `/api/v1/alerts/history?name=${name}&${query}`).then((found) => found.items);

before(async () => {
  b = await open();
  await enter(b.page);
  secret = await key(b.page);
  name = `DiskAlmostFull${Date.now().toString(36)}`;
  const hosts = ['db-1', 'db-2'];
  const labels = (host) => ({ severity: 'info', host, component: 'orders-db' });
  for (const ends of [false, true, false]) {
    await sendAlerts(
      b.page,
      secret,
      hosts.map((host) => ({
        ...alert(name, labels(host), `Disk of ${host} is at 81 %`, ends),
        startsAt: new Date(Date.now() - (ends ? 45_000 : 0)).toISOString(),
      })),
    );
  }
  await until('history is written', async () => (await history('')).length === 2);
});
after(() => b.close());

test('a vote opens the task of the rule, which is tuned and done', async () => {
  const [first] = await history('');
  await b.page.goto(`${url}/alerts/${first.id}`);
  await button('Not useful').click();
  const dialog = b.page.getByRole('dialog');
  await dialog.getByLabel('What made it useless').fill('Nothing can be done at 81 %');
  await dialog.getByRole('button', { name: 'Not useful', exact: true }).click();
  await button('Useful after all').waitFor();
  await b.page.getByRole('link', { name: 'Tuning of the rule' }).click();
  await b.page.getByRole('heading', { level: 1, name }).waitFor();
  await button('Start').click();
  await b.page.getByText('In work').first().waitFor();
  // Without the message that the vote was taken.
  await b.page.reload();
  await button('Done').waitFor();
  await settled(b.page);
  await picture(b.page, 'tuning-task-in-work');
  assert.deepEqual(await faults(b.page), []);
  await button('Done').click();
  await b.page.getByRole('combobox', { name: 'What was done' }).click();
  await b.page.getByRole('option', { name: 'Threshold changed' }).click();
  await dialog.getByLabel('What exactly, or why the rule is kept').fill('81 to 95 percent');
  await dialog.getByRole('button', { name: 'Done', exact: true }).click();
  await b.page.getByText('Done, threshold changed: 81 to 95 percent').waitFor();
  await b.page.goto(`${url}/tuning?stage=done`);
  await b.page.getByRole('link', { name }).waitFor();
});

test('history is found by what stands in the address, and by a label', async () => {
  await b.page.goto(`${url}/alerts/history?name=${name}`);
  const rows = b.page.getByRole('row').filter({ has: b.page.getByRole('link', { name }) });
  await rows.first().waitFor();
  assert.equal(await rows.count(), 2);
  await b.page
    .getByRole('img', { name: /Fired \d+ times?, nobody looked at it/ })
    .first()
    .waitFor();
  await b.page.getByLabel('Label').fill('host=db-2');
  await b.page.getByLabel('Label').press('Enter');
  await until('the label narrows', async () => (await rows.count()) === 1);
  assert.match(b.page.url(), /label=host/);
  const csv = await api(b.page, 'GET', `/api/v1/alerts/history.csv?name=${name}`);
  assert.ok(csv.split('\r\n').length >= 3, csv);
});

test('the analysis opens the alerts behind a figure', async () => {
  await b.page.goto(`${url}/reports/alerts?days=1`);
  const row = b.page.getByRole('row').filter({ has: b.page.getByRole('link', { name }) });
  await row.waitFor();
  await b.page.getByRole('button', { name: /^Nobody looked at/ }).click();
  await row.getByRole('link', { name: /\(100 %\)/ }).click();
  await b.page.getByRole('heading', { level: 1, name: 'History of alerts' }).waitFor();
  assert.match(b.page.url(), /acknowledged=false/);
  await b.page.getByRole('link', { name }).first().waitFor();
});

const pages = {
  tuning: '/tuning',
  'tuning-done': '/tuning?stage=done',
  history: '/alerts/history',
  'history-minutes': () => {
    const at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
    return `/alerts/history?${new URLSearchParams({ from: at(-6), to: at(1) })}`;
  },
  'history-none': '/alerts/history?name=NoSuchRule',
  rules: '/reports/alerts',
  'rules-none': '/reports/alerts?team=team%2Fnobody',
};

for (const [name, path] of Object.entries(pages)) {
  test(`${name} is accessible and fits`, async () => {
    const wrong = await looks(b.page, name, typeof path === 'function' ? path() : path);
    assert.deepEqual(wrong, []);
  });
}
