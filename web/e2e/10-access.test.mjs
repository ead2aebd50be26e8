// Getting in: first-run set-up, sign-in, sign-out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, faults, open, password, picture, setupCode, url, user } from './world.mjs';

let b;
before(async () => {
  b = await open();
});
after(() => b.close());

test('a fresh server asks for its one-time code, and refuses a wrong one', async (t) => {
  const session = await (await b.page.request.get(`${url}/api/v1/session`)).json();
  if (session.state !== 'setup_required') return t.skip('the server is set up already');
  assert.ok(setupCode, 'OPERATE_SETUP_CODE holds the code that the server printed');
  await b.page.goto(`${url}/incidents`);
  await b.page.getByRole('heading', { name: 'Set up this server' }).waitFor();
  assert.deepEqual(await faults(b.page), []);
  await picture(b.page, 'setup-1440-light');
  await b.page.getByLabel('One-time code').fill('aaaa-bbbb-cccc-dddd');
  await b.page.getByLabel('Your name').fill('Ada Admin');
  await b.page.getByLabel('User name').fill(user);
  await b.page.getByRole('textbox', { name: 'Password' }).fill(password);
  await b.page.getByRole('button', { name: 'Create the administrator' }).click();
  await b.page.getByRole('alert').waitFor();
  return undefined;
});

test('the first administrator gets in', async () => {
  await enter(b.page);
  await b.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
});

test('signing out leads to the sign-in, and a wrong password is refused', async () => {
  await b.page.getByRole('button', { name: /^Account of/ }).click();
  await b.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await b.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.deepEqual(await faults(b.page), []);
  await picture(b.page, 'sign-in-1440-light');
  await b.page.getByLabel('User name').fill(user);
  await b.page.getByRole('textbox', { name: 'Password' }).fill('not the password at all');
  await b.page.getByRole('button', { name: 'Sign in' }).click();
  await b.page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor();
});

test('after the sign-in one is where one wanted to go', async () => {
  await b.page.goto(`${url}/reports`);
  await b.page.getByLabel('User name').fill(user);
  await b.page.getByRole('textbox', { name: 'Password' }).fill(password);
  await b.page.getByRole('button', { name: 'Sign in' }).click();
  await b.page.getByRole('heading', { name: 'Times', level: 1 }).waitFor();
  assert.match(b.page.url(), /\/reports$/);
});
