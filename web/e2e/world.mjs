// What every browser test shares: a browser, a signed-in page, checks and pictures.
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** The server under test, and how to enter it. */
export const url = (process.env.OPERATE_URL ?? 'http://127.0.0.1:7070').replace(/\/$/, '');
export const user = process.env.OPERATE_USER ?? 'admin';
export const password = process.env.OPERATE_PASSWORD ?? 'correct horse battery staple';
/** The one-time code that a fresh server printed; without it the account must exist. */
export const setupCode = process.env.OPERATE_SETUP_CODE ?? '';
export const out = process.env.E2E_OUT ?? join(import.meta.dirname, 'out');
mkdirSync(out, { recursive: true });

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const axeSource = await readFile(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** Requests of a browser that have no answer yet; the stream of changes never has one. */
const missing = new WeakMap();

function watchRequests(context) {
  const asked = new Set();
  missing.set(context, asked);
  context.on('request', (request) => {
    if (request.resourceType() !== 'eventsource') asked.add(request);
  });
  for (const end of ['requestfinished', 'requestfailed']) {
    context.on(end, (request) => asked.delete(request));
  }
}

/** Opens a browser of its own, with an empty profile. */
export async function open({ width = 1440, height = 900, scheme = 'light' } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'operate-e2e-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: flags,
    headless: true,
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    bypassCSP: false,
  });
  watchRequests(context);
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(15_000);
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return { context, page, errors, close: () => context.close() };
}

/** A request as this browser's session. */
export async function api(page, method, path, body) {
  const response = await page.request.fetch(url + path, {
    method,
    headers: { 'x-operate-csrf': '1', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { data: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${text}`);
  const json = (response.headers()['content-type'] ?? '').includes('json');
  return json && text ? JSON.parse(text) : text;
}

/** Waits until a field holds a value. */
export async function holds(field, value) {
  const element = await field.elementHandle();
  await field.page().waitForFunction(([node, text]) => node.value === text, [element, value]);
}

/** Signs in through the form; sets the server up first when it is fresh. */
export async function enter(page) {
  await page.goto(url);
  const setup = page.getByRole('heading', { name: 'Set up this server' });
  const signIn = page.getByRole('heading', { name: 'Sign in' });
  const inside = page.getByRole('navigation', { name: 'Main' });
  await setup.or(signIn).or(inside).first().waitFor();
  if (await setup.isVisible()) {
    await page.getByLabel('One-time code').fill(setupCode);
    await page.getByLabel('Your name').fill('Ada Admin');
    await page.getByLabel('User name').fill(user);
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Create the administrator' }).click();
  } else if (await signIn.isVisible()) {
    await page.getByLabel('User name').fill(user);
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
  await inside.waitFor();
}

/** Waits until nothing is loading: no answer is missing and no part is busy, for a while. */
export async function settled(page) {
  await page.waitForLoadState('load').catch(() => {});
  const asked = missing.get(page.context());
  const busy = () => document.querySelector('[aria-busy="true"]') !== null;
  const given = Date.now() + 8000;
  let quiet = Date.now();
  while (Date.now() - quiet < 250 && Date.now() < given) {
    if (asked.size > 0 || (await page.evaluate(busy))) quiet = Date.now();
    await page.waitForTimeout(25);
  }
  await painted(page);
}

/** Serious and critical faults that axe finds, one line each; by all of its rules or by one. */
export async function faults(page, rule) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  const runOnly = rule && [rule];
  const found = await page.evaluate((options) => window.axe.run(document, options), {
    resultTypes: ['violations'],
    ...(runOnly && { runOnly }),
  });
  return found.violations
    .filter((each) => ['serious', 'critical'].includes(each.impact))
    .map(
      (each) =>
        `${each.id}: ${each.help}: ${each.nodes
          .slice(0, 4)
          .map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`)
          .join(' | ')}`,
    );
}

/** Whether the page scrolls sideways. */
export async function sideways(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

export async function picture(page, name) {
  await page.screenshot({ path: join(out, `${name}.png`), fullPage: false });
}

const wide = { width: 1440, height: 900 };
const narrow = { width: 390, height: 844 };
const between = [480, 600, 768, 820, 1024, 1200, 1366];

/**
 * Looks at a page wide and narrow, in the light and in the dark, and at the widths between; takes
 * the pictures `NAME-WIDTH-SCHEME` and returns what is wrong, a line each: what is not accessible,
 * and where it scrolls sideways.
 */
export async function looks(page, name, path, { ready = () => {}, height } = {}) {
  const wrong = [];
  const fits = async (width) => {
    const over = await sideways(page);
    if (over > 0) wrong.push(`${name} at ${width}: scrolls sideways by ${over} pixels`);
  };
  await page.setViewportSize({ ...narrow, height: height ?? narrow.height });
  await page.goto(url + path);
  await ready();
  for (const size of [narrow, wide]) {
    await page.setViewportSize({ ...size, height: height ?? size.height });
    await settled(page);
    for (const scheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await painted(page);
      const look = `${name}-${size.width}-${scheme}`;
      await picture(page, look);
      // All that the scheme changes is how colours contrast.
      const found = await faults(page, scheme === 'dark' ? 'color-contrast' : undefined);
      wrong.push(...found.map((fault) => `${look}: ${fault}`));
    }
    await fits(size.width);
  }
  for (const width of between) {
    await page.setViewportSize({ ...wide, width });
    await painted(page);
    await fits(width);
  }
  await page.setViewportSize(wide);
  return wrong;
}

/** Waits until what has just changed is on the screen. */
async function painted(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    await frame();
    await frame();
    await Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {})));
  });
}

/** Applies the sample estate unless it is there. */
export async function sampleEstate(page) {
  const known = await api(page, 'GET', '/api/v1/estate/items?kind=service&q=loyalty');
  if (known.items.length === 0) {
    await applyEstate(page, join(import.meta.dirname, '../../examples/estate'));
  }
}

/** Applies a folder of estate files through the API. */
export async function applyEstate(page, folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
  const files = [];
  for (const name of names) files.push({ name, text: await readFile(join(folder, name), 'utf8') });
  return api(page, 'POST', '/api/v1/estate/apply', { files, prune: false });
}

/** Sends alerts as Prometheus does. */
export async function sendAlerts(page, key, alerts) {
  const response = await page.request.fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    data: JSON.stringify(alerts),
  });
  if (!response.ok()) throw new Error(`alerts: ${response.status()} ${await response.text()}`);
}

/** One alert; `ends` clears it. */
export function alert(name, labels, summary, ends) {
  return {
    labels: { alertname: name, ...labels },
    annotations: { summary },
    startsAt: new Date(Date.now() - 45_000).toISOString(),
    ...(ends ? { endsAt: new Date().toISOString() } : {}),
    generatorURL: 'http://prometheus.example.org/graph',
  };
}

/** An integration key of a fresh name. */
export async function key(page, kind = 'alertmanager') {
  const name = `e2e-${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
  return (await api(page, 'POST', '/api/v1/integration-keys', { name, kind })).secret;
}
