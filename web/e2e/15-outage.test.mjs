// The whole way with real programs: Debian's Prometheus scrapes an exporter that fails, a mail
// server takes the call, its link acknowledges, the exporter recovers; all of it seen in a browser.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const estate = `
{apiVersion: operate/v1, kind: Team, metadata: {name: payments}, spec: {escalationPolicy: payments}}
---
{apiVersion: operate/v1, kind: Person, metadata: {name: ada, title: Ada Example},
 spec: {email: ada@example.org, teams: [payments], contactMethods: [email]}}
---
{apiVersion: operate/v1, kind: EscalationPolicy, metadata: {name: payments},
 spec: {team: payments, steps: [{contacts: [ada], wait: 10m}]}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: orders, title: Orders},
 spec: {team: payments}}
---
{apiVersion: operate/v1, kind: UseCase, metadata: {name: buying, title: Buying something},
 spec: {department: sales, criticality: mission_critical, uses: [service/orders]}}
`;
const rules = `
groups:
  - name: orders
    rules:
      - alert: OrdersDown
        expr: orders_up == 0
        labels: { severity: critical, service: orders }
        annotations: { summary: Orders cannot be placed }
`;

const programs = [];
let folder;
let exporter;
let up = 1;
let b;
let world;
let operate;
let incident;

// What tells this test of another server would be settings of this one.
const surroundings = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('OPERATE_')),
);

/** Asks until there is an answer. */
async function until(what, ask, patience = 30_000) {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const listening = (server) =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

async function freePort() {
  const server = createSocket();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function start(name, command, args, environment = {}) {
  const child = spawn(command, args, {
    env: { ...surroundings, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(folder, `${name}.log`));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  programs.push(child);
}

const read = (name) => readFile(join(folder, name), 'utf8');
const answers = (address) => until(address, async () => (await fetch(address)).ok || undefined);
const accepts = (port) =>
  until(`port ${port}`, () =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy()));
      socket.on('error', reject);
    }).then(() => true),
  );

/** Mails that came, with what quoted-printable hides of links made whole. */
async function mails() {
  const names = await readdir(join(folder, 'mail', 'new'));
  const texts = await Promise.all(names.map((name) => read(join('mail', 'new', name))));
  return texts.map((text) =>
    text.replaceAll('\r\n', '\n').replaceAll('=\n', '').replaceAll('=3D', '='),
  );
}

/** A server of its own, fresh, with mail set up, and everything around it. */
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'operate-outage-'));
  exporter = createServer((_, answer) => answer.end(`orders_up ${up}\n`));
  const [scraped, mail, port, prometheus] = [
    await listening(exporter),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const mailbox = ['--class', 'aiosmtpd.handlers.Mailbox', '--listen', `127.0.0.1:${mail}`];
  // Debian's own Python: aiosmtpd is one of Debian's packages.
  start('mail', '/usr/bin/python3', [
    ...['-m', 'aiosmtpd', '--nosetuid', ...mailbox],
    join(folder, 'mail'),
  ]);
  operate = `http://127.0.0.1:${port}`;
  const binary = process.env.E2E_BINARY;
  assert.ok(binary, 'E2E_BINARY names the binary to start');
  await accepts(mail);
  start('operate', binary, ['serve', '--listen', `127.0.0.1:${port}`, '--data', folder], {
    OPERATE_SMTP__HOST: '127.0.0.1',
    OPERATE_SMTP__PORT: String(mail),
  });
  await answers(`${operate}/readyz`);
  process.env.OPERATE_URL = operate;
  process.env.OPERATE_SETUP_CODE = await until('the one-time code', async () => {
    const said = await read('operate.log');
    return /one-time code[\s\S]*?^ {4}(\S+)$/m.exec(said)?.[1];
  });
  world = await import('./world.mjs');
  b = await world.open();
  await world.enter(b.page);
  const files = [{ name: 'estate.yaml', text: estate }];
  await world.api(b.page, 'POST', '/api/v1/estate/apply', { files, prune: false });
  const policy = await world.api(b.page, 'GET', '/api/v1/settings/policy');
  policy.incidents.restore_after_clear_seconds = 0;
  await world.api(b.page, 'PUT', '/api/v1/settings/policy', policy);
  await writeFile(join(folder, 'rules.yml'), rules);
  await writeFile(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
scrape_configs:
  - job_name: orders
    static_configs: [{ targets: ["127.0.0.1:${scraped}"] }]
alerting:
  alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:${port}"] }] }]
`,
  );
  start('prometheus', 'prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${prometheus}`,
  ]);
  await answers(`http://127.0.0.1:${prometheus}/-/ready`);
});

after(async () => {
  await b?.close();
  const ended = programs.map((child) =>
    child.exitCode === null && child.signalCode === null
      ? new Promise((resolve) => child.once('exit', resolve).kill())
      : undefined,
  );
  await Promise.all(ended);
  exporter?.close();
  exporter?.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

test('what the exporter fails at is on the open overview and leads to its incident', async () => {
  await b.page.goto(operate);
  await world.settled(b.page);
  up = 0;
  const link = b.page.getByRole('link', { name: /Orders cannot be placed/ }).first();
  await link.waitFor({ timeout: 30_000 });
  await world.picture(b.page, 'outage-overview-1440-light');
  await link.click();
  await b.page.waitForURL(/\/incidents\/inc_/);
  incident = new URL(b.page.url()).pathname.split('/').pop();
  await b.page.getByText('P1', { exact: true }).first().waitFor();
  const paging = b.page.getByRole('region', { name: 'Paging', exact: true });
  await paging
    .getByText(/delivered/i)
    .first()
    .waitFor();
  await world.picture(b.page, 'outage-paged-1440-light');
});

test('the link in the mail acknowledges, and the open page shows who did', async () => {
  const mail = await until('the mail', async () => (await mails())[0]);
  assert.match(mail, /To: .*ada@example\.org/);
  assert.match(mail, /Orders cannot be placed/);
  const link = new RegExp(`${operate}/ack/[^\\s"<>]+`).exec(mail)[0];
  const phone = await b.context.newPage();
  await phone.goto(link);
  await phone.getByRole('button', { name: /Acknowledge/ }).click();
  await phone
    .getByText(/acknowledged/i)
    .first()
    .waitFor();
  await phone.close();
  const people = b.page.getByRole('region', { name: 'People', exact: true });
  await people
    .getByText(/^ada\b/)
    .first()
    .waitFor({ timeout: 5000 });
});

test('when the exporter recovers the incident is restored before the eyes of who looks', async () => {
  up = 1;
  const timeline = b.page.getByRole('region', { name: 'Timeline', exact: true });
  await timeline
    .getByText(/Service restored/)
    .first()
    .waitFor({ timeout: 60_000 });
  const { stage, times } = await world.api(b.page, 'GET', `/api/v1/incidents/${incident}`);
  assert.equal(stage, 'restored');
  for (const time of ['detected', 'notified', 'acknowledged', 'restored']) {
    assert.ok(times[time]?.at, `no time ${time}`);
  }
  await world.settled(b.page);
  await world.picture(b.page, 'outage-restored-1440-light');
  assert.equal((await mails()).length, 1, 'one issue, one mail');
});

test('it is resolved in the browser, and the report opens it', async () => {
  await b.page.getByRole('button', { name: 'Resolve', exact: true }).first().click();
  const dialog = b.page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Cause' }).click();
  await b.page.getByRole('option', { name: /^Technology/ }).click();
  await dialog.getByRole('combobox', { name: 'Resolution' }).click();
  await b.page.getByRole('option', { name: /^Fixed/ }).click();
  await dialog.getByRole('button', { name: 'Resolve' }).click();
  await dialog.waitFor({ state: 'detached' });
  const { stage } = await world.api(b.page, 'GET', `/api/v1/incidents/${incident}`);
  assert.equal(stage, 'resolved');
  await b.page.goto(`${operate}/reports`);
  await world.settled(b.page);
  await b.page.getByRole('button', { name: /^Time to resolve/ }).click();
  const behind = b.page.getByRole('table', { name: 'Incidents behind Time to resolve' });
  await behind.getByRole('link', { name: /Orders cannot be placed/ }).waitFor();
  await world.picture(b.page, 'outage-report-1440-light');
  assert.deepEqual(b.errors, []);
});
