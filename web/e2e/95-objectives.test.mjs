// Objectives: pushed counts, the page that explains them, what another target would come to.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, enter, holds, looks, open, url } from './world.mjs';

let b;

const MINUTE = 60_000;
const estate = `
apiVersion: operate/v1
kind: Team
metadata: { name: budget-team }
spec: {}
---
apiVersion: operate/v1
kind: Service
metadata: { name: budget-shop, title: Shop }
spec: { team: budget-team }
---
apiVersion: operate/v1
kind: Objective
metadata: { name: budget-orders, title: Orders are taken, description: People can order. }
spec:
  item: service/budget-shop
  target: 99
  indicator: { description: share of orders that are taken }
  window: { rolling: 7d }
---
apiVersion: operate/v1
kind: Objective
metadata: { name: budget-silent, title: Nobody counts this }
spec: { item: service/budget-shop, target: 99.9, indicator: {} }
---
apiVersion: operate/v1
kind: Objective
metadata: { name: budget-whole, title: The shop as a whole }
spec:
  item: service/budget-shop
  target: 99
  indicator: { parts: [{ objective: budget-orders, weight: 3 }, { objective: budget-silent }] }
`;

/** Two days of a hundred orders a minute, with an hour of failures and an hour of silence. */
function counts() {
  const now = Math.floor(Date.now() / MINUTE) - 3;
  const minutes = [];
  for (let back = 2 * 1440; back >= 0; back -= 1) {
    if (back > 300 && back < 360) continue;
    const good = back > 600 && back < 660 ? 70 : 100;
    minutes.push({ at: new Date((now - back) * MINUTE).toISOString(), good, total: 100 });
  }
  return { minutes };
}

before(async () => {
  b = await open();
  await enter(b.page);
  const files = [{ name: 'objectives.yaml', text: estate }];
  await api(b.page, 'POST', '/api/v1/estate/apply', { files, prune: false });
  await api(b.page, 'POST', '/api/v1/objectives/budget-orders/counts', counts());
});
after(() => b.close());

test('the list leads to a page that explains the objective with its own numbers', async () => {
  await b.page.goto(`${url}/objectives?q=Orders`);
  await b.page.getByRole('link', { name: 'Orders are taken' }).click();
  await b.page.getByRole('heading', { level: 1, name: 'Orders are taken' }).waitFor();
  await b.page.getByText('99 % of all events have to be good over 7d.').first().waitFor();
  await b.page
    .getByText(/1,770 were bad/)
    .first()
    .waitFor();
  await b.page.getByRole('img', { name: /of the error budget is left/ }).waitFor();
  await b.page.getByRole('table', { name: 'Pairs of windows' }).waitFor();
});

test('another target is reckoned while one types', async () => {
  await b.page.getByLabel('Target in percent').fill('99.9');
  await b.page.getByText(/With 99.9 % over 7d you would be .* over the budget/).waitFor();
  await b.page.getByLabel('Target in percent').fill('95');
  await b.page.getByText(/With 95 % over 7d you would have .* left/).waitFor();
});

test('a target that nobody explained is explained later', async () => {
  await b.page.goto(`${url}/objectives/budget-orders`);
  const targets = b.page.getByRole('list', { name: 'Targets of this objective' });
  await targets.getByText('No reason given.').waitFor();
  await targets.getByRole('button', { name: 'Say why' }).click();
  const dialog = b.page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('What customers were told in the spring');
  await dialog.getByLabel(/^Improvements/).fill('https://tracker.example.org/OPS-12');
  await dialog.getByRole('button', { name: 'Say why' }).click();
  await targets.getByText('What customers were told in the spring').waitFor();
  await targets.getByRole('link', { name: 'https://tracker.example.org/OPS-12' }).waitFor();
});

test('the form asks why when the target is changed, and the history keeps it', async () => {
  await b.page.goto(`${url}/estate/objective/budget-orders/edit`);
  const form = b.page.getByRole('form', { name: 'Objective' });
  // It came in a file: read-only, with where it lives, until somebody takes it over.
  await b.page.getByText('objectives.yaml').first().waitFor();
  assert.equal(await form.getByLabel('Target in percent').isDisabled(), true);
  assert.equal(await form.getByRole('button', { name: 'Save' }).count(), 0);
  await b.page.getByRole('button', { name: 'Take over from the file…' }).click();
  const dialog = b.page.getByRole('dialog');
  await dialog.getByLabel('Why').fill('the form is tried');
  await dialog.getByRole('button', { name: 'Take over', exact: true }).click();
  await form.getByRole('button', { name: 'Save' }).waitFor();
  assert.equal(await form.getByLabel('What was decided').count(), 0);
  await form.getByLabel('Target in percent').fill('98.5');
  await form.getByLabel('What was decided').fill('Service review in June');
  await form.getByLabel('Reason').fill('Nobody noticed the last hour');
  await form.getByRole('button', { name: 'Save' }).click();
  const targets = b.page.getByRole('list', { name: 'Targets of this objective' });
  await targets.getByText('Nobody noticed the last hour').waitFor();
  assert.equal(await targets.getByRole('listitem').filter({ hasText: 'over 7d' }).count(), 2);
  await b.page.getByRole('table', { name: 'Past periods of this objective' }).waitFor();
});

test('the raw minutes behind the figures come as a file', async () => {
  const csv = await api(b.page, 'GET', '/api/v1/objectives/budget-orders/minutes?format=csv');
  assert.match(csv, /^at,good,total\n/);
  assert.match(csv, /,70,100\n/);
});

test('a composite shows its parts, and each part what it is part of', async () => {
  await b.page.goto(`${url}/objectives/budget-whole`);
  const parts = b.page.getByRole('table', { name: 'Its parts' });
  await parts.getByText('3 (75 %)').waitFor();
  await parts.getByRole('link', { name: 'Orders are taken' }).click();
  await b.page.getByRole('heading', { level: 1, name: 'Orders are taken' }).waitFor();
  const whole = b.page.getByRole('table', { name: 'Part of' });
  await whole.getByRole('link', { name: 'The shop as a whole' }).waitFor();
  await b.page.goto(`${url}/estate/objective/budget-whole/edit`);
  const form = b.page.getByRole('form', { name: 'Objective' });
  await form.getByRole('radio', { name: 'Other objectives together' }).waitFor();
  await holds(form.getByRole('combobox', { name: 'Part 1' }), 'Orders are taken');
});

const pages = {
  objectives: '/objectives',
  'objectives-none': '/objectives?q=nosuchobjective',
  objective: '/objectives/budget-orders',
  'objective-silent': '/objectives/budget-silent',
  'objective-whole': '/objectives/budget-whole',
  'objective-whole-edit': '/estate/objective/budget-whole/edit',
  'objective-edit': '/estate/objective/budget-orders/edit',
  figures: '/reports/figures?item=service/budget-shop&figure=incidents_opened',
};

for (const [name, path] of Object.entries(pages)) {
  test(`${name} is accessible and fits`, async () => {
    assert.deepEqual(await looks(b.page, name, path), []);
  });
}
