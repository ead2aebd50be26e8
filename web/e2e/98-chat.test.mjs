// Setting a chat service up: what to do is said, what is entered is kept and not shown again, and
// trying it says what is still wrong.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, faults, open, settled, url } from './world.mjs';

let b;

before(async () => {
  b = await open();
  await enter(b.page);
});
after(() => b.close());

test('a chat service is set up step by step, and its secrets are shown no more', async () => {
  await b.page.goto(`${url}/settings/chat`);
  const form = b.page.getByRole('form', { name: 'Set up Mattermost' });
  await form.getByText('Make a bot account in Mattermost').waitFor();
  await form.getByText('/api/v1/chat/mattermost').waitFor();
  await form.getByLabel('Address of Mattermost').fill('http://10.1.2.3');
  await form.getByLabel('Token of the bot').fill('a-secret-of-the-bot');
  await form.getByRole('button', { name: 'Keep', exact: true }).click();
  await form.getByText('Known; write another one to replace it').waitFor();
  assert.equal(await form.getByLabel('Token of the bot').inputValue(), '');
  assert.equal(await form.getByLabel('Address of Mattermost').inputValue(), 'http://10.1.2.3');
  await settled(b.page);
  assert.deepEqual(await faults(b.page), []);
});

test('trying it says what is wrong and how to mend it', async () => {
  const form = b.page.getByRole('form', { name: 'Try Mattermost' });
  await form.getByRole('button', { name: 'Try the token' }).click();
  await form.getByRole('status').getByText('private network', { exact: false }).waitFor();
  // The address is forgotten, and with it what was entered for it.
  const entries = b.page.getByRole('form', { name: 'Set up Mattermost' });
  await entries.getByLabel('Address of Mattermost').fill('https://chat.example.org');
  await entries.getByRole('button', { name: 'Keep', exact: true }).click();
  await entries.getByText('Known; write another one to replace it').waitFor({ state: 'hidden' });
});
