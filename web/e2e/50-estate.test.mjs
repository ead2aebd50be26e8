// The estate: map, search, item, edit with preview; and a rule made from an alert without item.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { alert, api, enter, key, open, picture, sendAlerts, settled, url } from './world.mjs';

let b;
let mark;
before(async () => {
  b = await open();
  await enter(b.page);
  mark = Date.now().toString(36);
});
after(() => b.close());

test('a click on an item of the map shows what depends on it', async () => {
  await b.page.goto(`${url}/estate?view=map`);
  await b.page.locator('.react-flow__node').first().waitFor();
  await settled(b.page);
  await b.page
    .getByRole('group', { name: /Orders database/ })
    .or(b.page.locator('.react-flow__node', { hasText: 'Orders database' }))
    .first()
    .click();
  await b.page.getByRole('region', { name: 'Orders database' }).waitFor();
  await b.page
    .getByRole('list', { name: 'Items that are reached' })
    .getByText('Orders', { exact: true })
    .first()
    .waitFor();
  await picture(b.page, 'estate-picked-1440-light');
});

test('quick search finds an item from anywhere', async () => {
  await b.page.goto(`${url}/reports`);
  await settled(b.page);
  await b.page.keyboard.press('Control+k');
  await b.page.getByLabel('Search', { exact: true }).fill('orders-db');
  await b.page
    .getByRole('button', { name: /Orders database/ })
    .or(b.page.getByText('Orders database'))
    .first()
    .waitFor();
  await picture(b.page, 'quick-search-1440-light');
  await b.page.getByText('Orders database').first().click();
  await b.page.waitForURL(/estate\/component\/orders-db/);
});

test('an item is added with a check before, and removed again', async () => {
  const name = `e2e-${mark}`;
  await b.page.goto(`${url}/estate/new?kind=component`);
  const box = b.page.getByLabel('Document as YAML');
  await box.waitFor();
  await box.fill(
    `apiVersion: operate/v1\nkind: Component\nmetadata:\n  name: ${name}\n  title: Made by a test\nspec:\n  team: nobody-knows\n`,
  );
  await b.page.getByRole('button', { name: 'Check' }).click();
  await b.page.getByRole('alert').waitFor();
  await box.fill(
    `apiVersion: operate/v1\nkind: Component\nmetadata:\n  name: ${name}\n  title: Made by a test\nspec:\n  team: platform\n`,
  );
  await b.page.getByRole('button', { name: 'Check' }).click();
  await b.page.getByText('create').waitFor();
  await b.page.getByRole('button', { name: 'Save' }).click();
  await b.page.getByRole('heading', { name: 'Made by a test' }).waitFor();
  await b.page.getByRole('link', { name: 'Edit' }).click();
  await b.page.getByRole('button', { name: 'Remove' }).click();
  await b.page.getByRole('button', { name: `Yes, remove ${name}` }).click();
  await b.page.getByRole('heading', { name: 'Estate', level: 1 }).waitFor();
});

test('an alert without an item becomes a rule in a few clicks', async () => {
  const secret = await key(b.page);
  await sendAlerts(b.page, secret, [
    alert(`Odd${mark}`, { machine: `box-${mark}`, severity: 'info' }, `Something odd ${mark}`),
  ]);
  await b.page.goto(`${url}/alerts?matched=false&q=${mark}`);
  const row = b.page.getByRole('row').filter({ hasText: `Odd${mark}` });
  await row.getByRole('link', { name: 'Make a rule' }).click();
  await b.page.getByLabel('Name', { exact: false }).first().fill(`machine ${mark}`);
  await b.page.getByLabel('When').fill(`labels.machine == "box-${mark}"`);
  await b.page.getByLabel('Item', { exact: false }).first().fill('service/orders');
  await b.page.getByText(/^Matches 1 alert/).waitFor();
  await picture(b.page, 'rule-editor-1440-light');
  await b.page.getByRole('button', { name: 'Save the rule' }).click();
  await b.page
    .getByRole('region', { name: 'Rules made here' })
    .getByText(`machine ${mark}`)
    .waitFor();
  const found = await api(b.page, 'GET', `/api/v1/alerts?q=${mark}`);
  assert.equal(found.items[0].item, 'service/orders');
  const remove = b.page.getByRole('button', { name: `Remove machine ${mark}` });
  await remove.click();
  await remove.waitFor({ state: 'detached' });
});

test('whom a priority would call at any time is said before', async () => {
  await b.page.goto(`${url}/estate/service/orders`);
  const panel = b.page.locator('section', { hasText: 'Who would be called' });
  await panel.getByText(/steps for/).waitFor();
  await panel.getByLabel('For', { exact: true }).click();
  await b.page.getByRole('option', { name: 'P2' }).click();
  await panel.getByLabel(/Opened at/).fill('2026-11-28T03:00');
  await panel
    .getByText(/28 Nov 2026|Nov 28, 2026|2026-11-28/)
    .first()
    .waitFor();
  await settled(b.page);
  await picture(b.page, 'calling-1440-light');
});
