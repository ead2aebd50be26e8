// What alerts mean: a rule is drafted from an alert, tried, saved; its warning is potential work.
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
/** Other tests leave alerts of their own. */
const name = `DiskFills${Date.now().toString(36)}`;

/** The warning of the test; without a number the sample's estate decides where it belongs. */
function warning(labels, left, ends) {
  const made = alert(labels.alertname, { severity: 'warning', ...labels }, 'The disk fills', ends);
  return { ...made, annotations: { ...made.annotations, time_to_boundary: left } };
}

before(async () => {
  b = await open();
  await enter(b.page);
  secret = await key(b.page);
  await api(b.page, 'PUT', '/api/v1/settings/classification', []);
  await sendAlerts(b.page, secret, [warning({ alertname: name, instance: 'e2e-1' }, '2h')]);
});
after(async () => {
  await api(b.page, 'PUT', '/api/v1/settings/classification', []);
  await b.close();
});

test('without a rule the page says what to do, and pasted labels are unclassified', async () => {
  await b.page.goto(`${url}/settings/classification`);
  await b.page.getByText('No rule yet: every alert is unclassified').waitFor();
  await b.page.getByText('Pasted labels').click();
  await b.page.getByLabel('The labels of an alert').fill('alertname=Anything');
  await b.page
    .getByRole('table', { name: 'What the rules make of them' })
    .getByText('Unclassified')
    .waitFor();
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
  await picture(b.page, 'classification-empty-1440-light');
});

test('one click on an unclassified alert opens a rule that fits it', async () => {
  await b.page.goto(`${url}/alerts?class=unclassified&name=${name}`);
  await b.page.getByRole('link', { name: 'Classify' }).first().click();
  await b.page.getByRole('heading', { name: 'New rule' }).waitFor();
  const when = b.page.getByRole('textbox', { name: 'When' });
  assert.equal(await when.inputValue(), `name == "${name}"`);
  const boundary = b.page.getByRole('textbox', { name: 'Time to the boundary' });
  assert.equal(await boundary.inputValue(), 'annotations.time_to_boundary');
  await b.page.getByText(`it classifies 1: ${name}`).waitFor();
  await b.page.getByRole('combobox', { name: 'What is at risk' }).click();
  await b.page.getByRole('option', { name: 'Performance' }).click();
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
  await picture(b.page, 'classification-draft-1440-light');
  await b.page.getByRole('button', { name: 'Save the rule' }).click();
  await b.page.getByRole('button', { name: `Change ${name}` }).waitFor();
  const saved = await api(b.page, 'GET', '/api/v1/settings/classification');
  assert.deepEqual(saved[0].impacts, ['performance']);
});

test('a wrong rule is refused in words', async () => {
  await b.page.goto(`${url}/settings/classification`);
  await b.page.getByRole('button', { name: 'Add a rule' }).click();
  await b.page.getByRole('textbox', { name: 'Name' }).fill('wrong');
  await b.page.getByRole('combobox', { name: 'Class' }).click();
  await b.page.getByRole('option', { name: 'Informational' }).click();
  await b.page.getByText('information opens nothing', { exact: false }).first().waitFor();
});

test('the warning is listed by its class, and opens potential work that counts down', async () => {
  await sendAlerts(b.page, secret, [warning({ alertname: name, instance: 'e2e-2' }, '2h')]);
  await b.page.goto(`${url}/alerts?class=warning&impact=performance`);
  const row = b.page.getByRole('link', { name }).first();
  await row.waitFor();
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
  await picture(b.page, 'alerts-by-class-1440-light');
  await row.click();
  await b.page.getByRole('heading', { name: 'What it means' }).waitFor();
  await b.page.getByText('Open potential work').waitFor();
  await b.page.getByText('Why it was told').click();
  await b.page.getByText('Classified as warning').waitFor();

  await b.page.goto(`${url}/incidents`);
  await b.page.getByRole('link', { name: 'Potential', exact: true }).click();
  await b.page.getByText('to the boundary').first().waitFor();
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
  await picture(b.page, 'incidents-potential-1440-light');
  await b.page.getByRole('link', { name: 'The disk fills' }).first().click();
  await b.page.getByText('see that it does not').waitFor();
  await b.page.getByText('to the boundary').first().waitFor();
});

test('the analysis shows the share of each class, and leads to what is behind it', async () => {
  const classes = b.page.getByRole('table', { name: 'Firings by class', exact: false });
  // History is written a moment after the alert.
  for (let tries = 0; tries < 20; tries += 1) {
    await b.page.goto(`${url}/reports/alerts`);
    await b.page.getByRole('heading', { level: 1 }).waitFor();
    await settled(b.page);
    if ((await classes.count()) > 0 && (await classes.getByText('%').count()) > 1) break;
  }
  await picture(b.page, 'reports-classes-1440-light');
  assert.deepEqual(await faults(b.page), []);
  await classes.locator('a[href*="impact=performance"]').first().click();
  await b.page.waitForURL(/history.*impact=performance/);
  await b.page.getByRole('link', { name }).first().waitFor();
});

test('all of it is accessible and fits', async () => {
  for (const [path, name] of [
    ['/settings/classification', 'classification'],
    ['/alerts?class=warning', 'alerts-by-class'],
    ['/incidents?potential=true', 'incidents-potential'],
    ['/reports/alerts', 'reports-classes'],
  ]) {
    assert.deepEqual(await looks(b.page, name, path), []);
  }
});
