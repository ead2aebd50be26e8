// The installed application: a call shown by the service worker, and acknowledged from there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pushService } from './pushservice.mjs';
import { api, enter, faults, open, picture, settled, sideways, url, user } from './world.mjs';

const person = 'push-tester';
const estate = `
{apiVersion: operate/v1, kind: Person, metadata: {name: ${person}},
 spec: {email: push@example.org, contactMethods: [push]}}
---
{apiVersion: operate/v1, kind: EscalationPolicy, metadata: {name: push-tester},
 spec: {steps: [{contacts: [${person}], wait: 30m}]}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: push-tester},
 spec: {team: push-tester, escalationPolicy: push-tester}}
---
{apiVersion: operate/v1, kind: Team, metadata: {name: push-tester}, spec: {}}
`;

let b;
let service;

before(async () => {
  b = await open();
  service = await pushService();
  await b.context.grantPermissions(['notifications'], { origin: url });
  // There is no push service on this machine: the browser's part in subscribing is put here.
  await b.page.addInitScript(({ endpoint, p256dh, auth }) => {
    const bytes = (text) =>
      Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const subscription = {
      endpoint,
      getKey: (name) => bytes(name === 'auth' ? auth : p256dh).buffer,
      unsubscribe: async () => localStorage.removeItem('subscribed'),
    };
    PushManager.prototype.subscribe = async () => {
      localStorage.setItem('subscribed', 'yes');
      return subscription;
    };
    PushManager.prototype.getSubscription = async () =>
      localStorage.getItem('subscribed') ? subscription : null;
  }, service);
  await enter(b.page);
  const files = [{ name: 'push.yaml', text: estate }];
  await api(b.page, 'POST', '/api/v1/estate/apply', { files, prune: false });
  const { items } = await api(b.page, 'GET', '/api/v1/accounts');
  const { display_name, role, teams, scoped } = items.find((account) => account.name === user);
  const edited = { display_name, role, teams, scoped, person: `person/${person}` };
  await api(b.page, 'PUT', `/api/v1/accounts/${user}`, edited);
});
after(async () => {
  service.close();
  await b.close();
});

const worker = () => b.context.serviceWorkers().find((each) => each.url() === `${url}/sw.js`);

/** Runs in the worker; `happens(event)` there waits for what the worker does with an event. */
async function inWorker(run, values) {
  await worker().evaluate(() => {
    self.happens = async (event) => {
      let work;
      // Only the browser's own events may be waited for.
      Object.defineProperty(event, 'waitUntil', { value: (promise) => (work = promise) });
      self.dispatchEvent(event);
      await work;
    };
  });
  return worker().evaluate(run, values);
}

/** What came over the push service, as the browser hands it to the worker. */
async function deliver(data) {
  await b.page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await inWorker((data) => self.happens(new self.PushEvent('push', { data })), data);
}

/** The notification that is shown, once there is one that fits. */
async function shown(part) {
  for (let look = 0; look < 400; look += 1) {
    const all = await worker().evaluate(async () => {
      const all = await self.registration.getNotifications();
      return all.map(({ title, body, tag, actions }) => ({
        title,
        body,
        tag,
        actions: actions.map((each) => each.action),
      }));
    });
    const found = all.find((each) => each.title.includes(part));
    if (found) return found;
    await b.page.waitForTimeout(50);
  }
  throw new Error(`no notification says ${part}`);
}

/** Presses a button of the notification that says so, or the notification itself. */
const press = (part, action) =>
  inWorker(
    async ({ part, action }) => {
      const all = await self.registration.getNotifications();
      const notification = all.find((each) => each.title.includes(part));
      const event = new self.NotificationEvent('notificationclick', { notification, action });
      await self.happens(event);
    },
    { part, action },
  );

/** What the browser's push service took. */
async function sent(count) {
  for (let look = 0; look < 200 && service.messages.length < count; look += 1) {
    await b.page.waitForTimeout(50);
  }
  assert.equal(service.messages.length, count, 'messages that came');
  return service.messages[count - 1];
}

test('the application can be installed', async () => {
  const manifest = await api(b.page, 'GET', '/manifest.webmanifest');
  assert.deepEqual([manifest.display, manifest.start_url], ['standalone', '/']);
  for (const { src, type } of manifest.icons) {
    const icon = await b.page.request.get(url + src);
    assert.ok(icon.ok() && icon.headers()['content-type'].startsWith(type), src);
  }
  const cdp = await b.context.newCDPSession(b.page);
  const { errors } = await cdp.send('Page.getInstallabilityErrors').catch(() => ({ errors: [] }));
  assert.deepEqual(errors ?? [], []);
});

test('a person adds their browser, and a test shows in it', async () => {
  await b.page.goto(`${url}/estate/person/${person}`);
  await b.page.getByRole('button', { name: 'Call me in this browser' }).click();
  await b.page.getByRole('table', { name: 'Browsers' }).getByText('this one').waitFor();
  await b.page.getByRole('button', { name: /^Test Push Chrome/ }).click();
  await b.page.getByText('Test taken').waitFor();
  await settled(b.page);
  await picture(b.page, 'push-person');
  assert.deepEqual(await faults(b.page), []);
  await b.page.setViewportSize({ width: 390, height: 844 });
  await picture(b.page, 'push-person-390');
  assert.ok((await sideways(b.page)) <= 0, 'the page scrolls sideways');
  await b.page.setViewportSize({ width: 1440, height: 900 });
  await deliver(await sent(1));
  const found = await shown('This is a test');
  assert.deepEqual(found.actions, ['open']);
});

test('a call is acknowledged from its notification, and what came of it is said', async () => {
  const incident = await api(b.page, 'POST', '/api/v1/incidents', {
    title: 'Nobody can pay',
    item: 'service/push-tester',
    impact: 'high',
    urgency: 'high',
  });
  await deliver(await sent(2));
  const call = await shown('Nobody can pay');
  assert.match(call.title, new RegExp(`\\[P\\d\\] #${incident.number} `));
  assert.deepEqual(call.actions, ['acknowledge', 'open']);
  const pages = b.context.pages().length;
  await press('Nobody can pay', 'acknowledge');
  const said = await shown('Acknowledged');
  assert.match(said.body, new RegExp(`Acknowledged by ${person}`));
  assert.equal(b.context.pages().length, pages, 'no window opens');
  const path = `/api/v1/incidents/${incident.id}`;
  for (let look = 0; look < 100; look += 1) {
    const now = await api(b.page, 'GET', path);
    if (now.acknowledged_by === `link:${person}`) return;
    await b.page.waitForTimeout(50);
  }
  assert.fail('the incident was not acknowledged');
});

test('what is pressed elsewhere leads to the incident', async () => {
  await deliver(service.messages[1]);
  await shown('Nobody can pay');
  await press('Nobody can pay', '');
  await b.page.waitForURL(/\/incidents\/inc_/);
});

test('a link that is not good says so', async () => {
  await deliver(
    JSON.stringify({
      title: '[P1] #7 forged',
      body: '',
      tag: 'forged',
      url: `${url}/incidents`,
      acknowledge: `${url}/ack/forged`,
    }),
  );
  await shown('forged');
  await press('forged', 'acknowledge');
  const said = await shown('Link not valid');
  assert.match(said.body, /damaged or not ours/);
});

test('the application is live with its worker, and the browser can be removed', async () => {
  await b.page.goto(`${url}/estate/person/${person}`);
  await b.page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  const keeps = await b.page.evaluate(() => caches.keys());
  assert.deepEqual(keeps, [], 'nothing is cached');
  await b.page.getByRole('button', { name: /^Remove Chrome/ }).click();
  await b.page.getByText('In no browser').waitFor();
  await b.page.getByRole('button', { name: 'Call me in this browser' }).waitFor();
  assert.deepEqual(b.errors, []);
});
