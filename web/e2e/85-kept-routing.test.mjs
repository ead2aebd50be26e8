// The routing that is kept in the product: begun, mended, tried, saved, and taken back. Without the
// keyboard's help or with it, in either scheme.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, enter, faults, looks, open, picture, settled, url } from './world.mjs';

let b;
const editor = () => b.page.getByLabel('Who is told of which alerts');

before(async () => {
  b = await open();
  await enter(b.page);
});
after(() => b.close());

async function save(reason) {
  await b.page.getByLabel('Reason').fill(reason);
  await b.page.getByRole('button', { name: 'Save', exact: true }).click();
}

test('without a routing the page offers three ways to begin', async () => {
  await b.page.goto(`${url}/alerts/routing`);
  await b.page.getByText('No routing configuration is set').waitFor();
  await b.page.getByRole('button', { name: 'Paste a file of Alertmanager' }).waitFor();
  await b.page.getByText('operate import alertmanager FILE --apply').waitFor();
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
  await b.page.getByRole('button', { name: 'Begin with a webhook' }).click();
  assert.match(await editor().inputValue(), /kept sealed, shown as <secret>/);
});

test('a mistake is told beside its line, and the list leads there by keyboard', async () => {
  const text = await editor().inputValue();
  await editor().fill(text.replace('group_wait:', 'group_wiat:'));
  const leads = b.page.getByRole('button', { name: 'Line 5' });
  await leads.waitFor();
  assert.ok((await b.page.getByText('did you mean `group_wait`').count()) >= 2);
  await leads.focus();
  await b.page.keyboard.press('Enter');
  const chosen = await editor().evaluate((at) =>
    at.value.slice(at.selectionStart, at.selectionEnd),
  );
  assert.match(chosen, /group_wiat/);
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
  await picture(b.page, 'routing-mistake-1440-light');
  await save('with a mistake');
  await b.page.getByRole('alert').getByText('group_wiat', { exact: false }).waitFor();
  assert.equal((await api(b.page, 'GET', '/api/v1/routing')).kept, 'none');
  await editor().fill(text);
  await leads.waitFor({ state: 'hidden' });
});

test('it is tried before it is saved, and its secret is never shown again', async () => {
  await b.page.getByLabel('The labels of an alert').fill('alertname=DiskFull');
  await b.page.getByText('What would happen').waitFor();
  await b.page.getByRole('button', { name: 'Replay', exact: true }).click();
  await b.page.getByText('Notifications for each receiver').first().waitFor();
  await save('tell the team');
  await b.page.getByText('Version 1 is in force').first().waitFor();
  await b.page.getByText('is kept here, with its secrets sealed').waitFor();
  assert.equal(await b.page.getByText('hooks.example.org').count(), 0);
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
});

test('a change is in the history with its difference, and can be taken back', async () => {
  await b.page.getByRole('link', { name: 'Change', exact: true }).click();
  const text = await editor().inputValue();
  assert.match(text, /url: <secret>/);
  await editor().fill(text.replace('repeat_interval: 4h', 'repeat_interval: 12h'));
  await save('less often');
  await b.page.getByText('Version 2 is in force').first().waitFor();
  await b.page.getByRole('link', { name: 'Versions' }).click();
  const diff = b.page.getByLabel('What changed in the text');
  await diff.getByText('repeat_interval: 12h', { exact: false }).waitFor();
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
  await picture(b.page, 'routing-history-1440-light');
  await b.page.getByRole('link', { name: 'Version 1' }).click();
  await b.page.getByLabel('Reason to let version 1 hold again').fill('it was right');
  await b.page.getByRole('button', { name: 'Let it hold again' }).click();
  await b.page.getByText('as version 3', { exact: false }).first().waitFor();
  const now = await api(b.page, 'GET', '/api/v1/routing');
  assert.match(now.text, /repeat_interval: 4h/);
});

test('a newer version of somebody else is not overwritten unseen', async () => {
  await b.page.goto(`${url}/alerts/routing?view=change`);
  const text = await editor().inputValue();
  await editor().fill(text.replace('group_interval: 5m', 'group_interval: 6m'));
  const theirs = text.replace('group_wait: 30s', 'group_wait: 40s');
  await api(b.page, 'PUT', '/api/v1/routing', { text: theirs, reason: 'theirs' });
  await save('mine');
  await b.page.getByText('Someone changed this record first.').waitFor();
  assert.match(await editor().inputValue(), /group_interval: 6m/);
});

test('it is accessible and fits', async () => {
  for (const view of ['', '?view=change', '?view=history']) {
    const name = `routing${view.replace('?view=', '-')}`;
    assert.deepEqual(await looks(b.page, name, `/alerts/routing${view}`), []);
  }
});
