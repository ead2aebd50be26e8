// A way is verified by the code that came by it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { api, enter, faults, open, picture, settled, sideways, url } from './world.mjs';

const person = 'way-tester';
let b;
let hook;
let codes;

before(async () => {
  b = await open();
  codes = [];
  hook = createServer((request, answer) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      codes.push(JSON.parse(text).code);
      answer.end();
    });
  });
  await new Promise((resolve) => hook.listen(0, '127.0.0.1', resolve));
  await enter(b.page);
  const address = `http://127.0.0.1:${hook.address().port}/way`;
  const text = `{apiVersion: operate/v1, kind: Person, metadata: {name: ${person}},
 spec: {email: way@example.org, webhook: "${address}", contactMethods: [webhook]}}`;
  const files = [{ name: 'way.yaml', text }];
  await api(b.page, 'POST', '/api/v1/estate/apply', { files, prune: false });
});
after(async () => {
  hook.close();
  await b.close();
});

test('a code that came by a way verifies it', async () => {
  const { page } = b;
  await page.goto(`${url}/estate/person/${person}`);
  await page.getByText('there is only one way, and it is not verified').waitFor();
  await page.getByRole('button', { name: 'Verify: Webhook' }).click();
  await page.getByRole('button', { name: 'Send the code' }).click();
  const field = page.getByLabel('Code');
  await field.waitFor();
  assert.match(codes[0], /^[0-9]{6}$/);
  await field.fill(codes[0] === '000000' ? '000001' : '000000');
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByText('4 tries are left').waitFor();
  await picture(page, 'verify');
  await field.fill(codes[0]);
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByRole('cell', { name: /^Verified by a code/ }).waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  await settled(page);
  assert.ok((await sideways(page)) <= 0, 'the page scrolls sideways');
  await picture(page, 'verify-narrow');
  assert.deepEqual(await faults(page), []);
});
