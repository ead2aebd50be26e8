// A storm: alerts in groups, many answered at once, why one was told; and what reports to Operate
// in shapes of its own, or has to report from time to time.
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
let mark;
let hook;

before(async () => {
  b = await open();
  await enter(b.page);
  mark = Date.now().toString(36);
  const secret = await key(b.page);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const storm = Array.from({ length: 120 }, (_, number) => ({
    ...alert(
      `${['Latency', 'Restart', 'Queue'][number % 3]}${mark}`,
      { severity: 'info', instance: `node-${number}`, wave: mark },
      `Odd on node ${number}`,
    ),
    endsAt: until,
  }));
  await sendAlerts(b.page, secret, storm);
  hook = `hook-${mark}`;
  const made = { name: hook, kind: 'webhook' };
  hook = { name: hook, ...(await api(b.page, 'POST', '/api/v1/integration-keys', made)) };
});
after(() => b.close());

const button = (name) => b.page.getByRole('button', { name, exact: true });
const invalid = (label) => b.page.getByLabel(label).and(b.page.locator('[aria-invalid="true"]'));
const wave = () => `matching=${encodeURIComponent(`wave="${mark}"`)}`;
const states = async () => {
  const found = await api(b.page, 'GET', `/api/v1/alerts/groups?by=name&${wave()}`);
  return found.all.by_state;
};

test('a storm is read in groups, and a group opens into its alerts', async () => {
  await b.page.goto(`${url}/alerts?${wave()}`);
  await b.page.getByText('120 alerts match').waitFor();
  await b.page.getByRole('combobox', { name: 'Group by' }).click();
  await b.page.getByRole('option', { name: 'Name', exact: true }).click();
  await b.page.getByText('3 groups of 120 alerts').waitFor();
  assert.match(b.page.url(), /by=name/);
  await b.page.getByRole('button', { name: new RegExp(`^Queue${mark}`) }).click();
  await b.page
    .getByRole('link', { name: `Queue${mark}` })
    .first()
    .waitFor();
  await picture(b.page, 'alerts-groups-open-1440-light');
  await b.page.getByRole('link', { name: new RegExp(`^All 40 alerts of Queue`) }).click();
  await b.page.getByText('40 alerts match').waitFor();
});

test('a ticked group is acknowledged after a look at what it means', async () => {
  await b.page.goto(`${url}/alerts?by=name&${wave()}`);
  await b.page.getByRole('checkbox', { name: `Choose Latency${mark}` }).check();
  await b.page.getByText('1 group of 40 alerts chosen').waitFor();
  await button('Acknowledge').click();
  const dialog = b.page.getByRole('dialog');
  await dialog.getByText('40 alerts will be acknowledged in your name.').waitFor();
  assert.equal((await states()).acknowledged, 0, 'nothing is done before it is agreed to');
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
  await picture(b.page, 'alerts-acknowledge-many-1440-light');
  await dialog.getByRole('button', { name: 'Acknowledge 40 alerts' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual(await states(), { open: 80, acknowledged: 40, cleared: 0 });
});

test('rows can be ticked one by one, and everything that matches be meant', async () => {
  await b.page.goto(`${url}/alerts?state=open&${wave()}`);
  await b.page.getByText('80 alerts match').waitFor();
  await b.page.getByRole('checkbox').first().check();
  await b.page.getByRole('checkbox').nth(1).check();
  await b.page.getByText('2 alerts chosen').waitFor();
  await button('Acknowledge').click();
  await b.page.getByRole('button', { name: 'Acknowledge 2 alerts' }).click();
  await b.page.getByText('78 alerts match').waitFor();
  await button('Silence all').click();
  await b.page.waitForURL(/silences\/new/);
  assert.equal(
    await b.page.getByLabel('Condition 1', { exact: true }).inputValue(),
    `wave="${mark}"`,
  );
  await b.page.getByText('120 alerts fire now').waitFor();
});

test('the way of an alert is drawn, and says that no routes are configured', async () => {
  const [one] = (await api(b.page, 'GET', `/api/v1/alerts?limit=1&${wave()}`)).items;
  await b.page.goto(`${url}/alerts/${one.id}`);
  await b.page.getByText('Why it was told', { exact: true }).click();
  const way = b.page.getByRole('list', { name: 'The way of this alert' });
  await way.getByText('It came in').waitFor();
  await way.getByText(one.fingerprint).waitFor();
  await way.getByText('No routing configuration is set').waitFor();
  await way.getByText('Nobody was called').waitFor();
  assert.match(b.page.url(), /view=why/);
});

test('a mapping is written against the first event, tried, and saved', async () => {
  await b.page.goto(`${url}/settings/mappings?name=${hook.name}`);
  await b.page.getByText('Nothing has come yet').waitFor();
  await b.page.getByText(`/api/v1/webhooks/${hook.name}`).waitFor();
  const sent = await b.page.request.post(`${url}/api/v1/webhooks/${hook.name}`, {
    headers: { authorization: `Bearer ${hook.secret}` },
    data: { alert: 'Disk full', host: `db-${mark}`, state: 'firing', level: 'critical' },
  });
  assert.equal(sent.status(), 202, await sent.text());
  await b.page.getByLabel('body of the event').getByText('Disk full').waitFor();
  await b.page.getByLabel('Title').fill('body.');
  await invalid('Title').waitFor();
  await b.page.getByText('Nothing comes out while an expression is wrong').waitFor();
  await b.page.getByLabel('Title').fill('body.alert + " on " + body.host');
  await b.page.getByLabel('State').fill('"perhaps"');
  await invalid('State').waitFor();
  await b.page.getByLabel('State').fill('body.state');
  await b.page.getByLabel('Severity').fill('body.level');
  await b.page.getByText(`severity=critical`).waitFor();
  await b.page.getByText(`Disk full on db-${mark}`).first().waitFor();
  await picture(b.page, 'mapping-written-1440-light');
  await button('Save the mapping').click();
  await b.page.getByText('Mapping saved').waitFor();
  const rules = await api(b.page, 'GET', `/api/v1/webhooks/${hook.name}/mapping`);
  assert.equal(rules[0].state, 'body.state');
});

test('a heartbeat is made, pinged by its address, paused and removed', async () => {
  const name = `backup-${mark}`;
  await b.page.goto(`${url}/heartbeats`);
  await button('New heartbeat').first().click();
  await b.page.getByRole('textbox', { name: 'Name' }).fill(name);
  await b.page.getByLabel('What it tells').fill('The backup of the night has not ended');
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
  await picture(b.page, 'heartbeat-new-1440-light');
  await button('Make the heartbeat').click();
  const address = (await b.page.getByLabel('ping address', { exact: true }).innerText()).trim();
  await picture(b.page, 'heartbeat-made-1440-light');
  const heard = await b.page.request.get(url + new URL(address).pathname);
  assert.equal((await heard.json()).heartbeat, name);
  await button('I have copied it').click();
  const row = b.page.getByRole('row').filter({ hasText: name });
  await row.getByText('Beating').waitFor();
  await button(`Pause ${name}`).click();
  await row.getByText('Paused').waitFor();
  await button(`Resume ${name}`).click();
  await row.getByText('Waiting').waitFor();
  await button(`Remove ${name}`).click();
  await button(`Yes, remove ${name}`).click();
  await row.waitFor({ state: 'detached' });
});

test('a silence that comes again stands on each of its days, and a day begins a new one', async () => {
  const plan = {
    matchers: [`wave="none-${mark}"`],
    comment: 'every day',
    recurrence: { rule: 'FREQ=DAILY', zone: 'Europe/Berlin', duration_seconds: 3600 },
  };
  const made = await api(b.page, 'POST', '/api/v1/silences', plan);
  await b.page.goto(`${url}/silences?view=calendar`);
  const days = b.page.getByRole('list', { name: 'The coming four weeks' }).getByRole('listitem');
  const held = days.filter({ has: b.page.locator(`a[href="/silences/${made.id}"]`) });
  await held.first().waitFor();
  assert.ok((await held.count()) >= 27, `${await held.count()} days`);
  await picture(b.page, 'silences-calendar-daily-1440-light');
  await days
    .nth(3)
    .getByRole('link', { name: /^Silence on/ })
    .click();
  await b.page.waitForURL(/silences\/new\?day=/);
  const day = new URL(b.page.url()).searchParams.get('day');
  assert.equal(await b.page.getByLabel('Start').inputValue(), `${day}T00:00`);
  await api(b.page, 'POST', `/api/v1/silences/${made.id}/commands`, { command: 'expire' });
});

test('nothing was reported to the console', () => {
  // A rule that cannot be read is refused: that is what was asked for.
  assert.deepEqual(
    b.errors.filter((text) => !/422/.test(text)),
    [],
  );
});

test('every page of the storm is accessible and fits', async () => {
  const [one] = (await api(b.page, 'GET', `/api/v1/alerts?limit=1&${wave()}`)).items;
  for (const [name, path] of [
    ['alert-why', `/alerts/${one.id}?view=why`],
    ['alerts-storm', `/alerts?${wave()}`],
    ['alerts-groups', `/alerts?by=name&${wave()}`],
    ['settings-mappings', `/settings/mappings?name=${hook.name}`],
    ['heartbeats', '/heartbeats'],
    ['heartbeats-new', '/heartbeats?name=%2Bnew'],
  ]) {
    assert.deepEqual(await looks(b.page, name, path), []);
  }
});
