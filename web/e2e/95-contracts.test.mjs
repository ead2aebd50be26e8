// Contracts: the list, one contract with the reasons behind its figures, the report of a period and
// closing it, what a consumer sees, and whether a product may be released.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { api, enter, looks, open, picture, url } from './world.mjs';

const DAY = 86_400_000;
const ESTATE = (start) => `
{apiVersion: operate/v1, kind: Team, metadata: {name: stalls}, spec: {}}
---
{apiVersion: operate/v1, kind: Product, metadata: {name: market, title: Market}, spec: {ownerTeam: stalls,
  dependsOn: [component/market-db]}}
---
{apiVersion: operate/v1, kind: Component, metadata: {name: market-db, title: Market database},
  spec: {type: database, team: stalls}}
---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: market, title: The market},
  spec: {type: sla, provider: team/stalls, consumer: team/stalls, scope: [product/market],
    start: '${start}',
    terms: [{availability: {target: 99.9, degradedFactor: 0.5},
      clocks: [{clock: restore, targets: {P1: 1h, P2: 4h}}],
      penalties: [{below: 99, credit: 10}]}]}}
`;

describe('contracts', { timeout: 300_000 }, () => {
  let browser;
  let page;

  before(async () => {
    browser = await open();
    page = browser.page;
    await enter(page);
    const start = new Date(Date.now() - 70 * DAY).toISOString();
    const files = [{ name: 'market.yaml', text: ESTATE(start) }];
    await api(page, 'POST', '/api/v1/estate/apply', { files, prune: false });
    const began = new Date(Date.now() - 3_600_000).toISOString();
    const incident = await api(page, 'POST', '/api/v1/incidents', {
      title: 'No stall opens',
      item: 'component/market-db',
      started_at: began,
    });
    for (let tries = 0; tries < 40; tries += 1) {
      const known = await api(page, 'GET', `/api/v1/incidents/${incident.id}`);
      if (known.affected.products.length > 0) break;
      await page.waitForTimeout(250);
    }
    await api(page, 'POST', `/api/v1/incidents/${incident.id}/commands`, { command: 'restore' });
  });
  after(() => browser.close());

  const inEveryLook = async (name, path, ready) =>
    assert.deepEqual(await looks(page, name, path, { ready }), []);

  test('the list says how each contract stands, and leads to it', async () => {
    await inEveryLook('95-contracts', '/contracts', () =>
      page.getByRole('link', { name: 'The market' }).waitFor(),
    );
    await page.goto(`${url}/contracts`);
    await page.getByRole('link', { name: 'The market' }).click();
    await page.getByRole('heading', { name: 'The market', level: 1 }).waitFor();
  });

  test('an incident shows what it took of each contract, and what is left', async () => {
    const [incident] = (await api(page, 'GET', '/api/v1/incidents?q=No stall opens')).items;
    await inEveryLook('95-incident', `/incidents/${incident.id}`, () =>
      page.getByText(/99\.9 % a month: 1 h .*of this incident counts in/).waitFor(),
    );
    await page.getByText('Has caused a miss').waitFor();
    await page.getByText(/more than allowed/).waitFor();
  });

  test('the incidents that a filter leaves go out as a table', async () => {
    await page.goto(`${url}/incidents?open=all&q=No stall opens`);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export CSV' }).click();
    assert.equal((await download).suggestedFilename(), 'incidents.csv');
  });

  test('a contract shows the incident behind its down time and which targets it would have kept', async () => {
    await inEveryLook('95-contract', '/contracts/market', () =>
      page.getByRole('heading', { name: 'Why these figures' }).waitFor(),
    );
    await page.goto(`${url}/contracts/market`);
    await page
      .getByText('product/market needs component/market-db, which was down')
      .first()
      .waitFor();
    await page
      .getByText('It is there at least 99.9 % of the service hours of each month.')
      .waitFor();
    const slider = page.getByRole('slider', { name: 'Target' });
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL(/target=99\.8/);
  });

  test('a month that is over is closed on its report, which says so', async () => {
    const contract = await api(page, 'GET', '/api/v1/contracts/market');
    const { name } = contract.history[0].period;
    const path = `/contracts/market/report?period=${name}`;
    await inEveryLook('95-report', path, () =>
      page.getByRole('heading', { name: `The market: ${name}`, level: 1 }).waitFor(),
    );
    await page.goto(url + path);
    await page.getByRole('button', { name: `Close ${name}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: `Close ${name}` }).click();
    await page.getByText('Drawn from (SHA-256)').waitFor();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: `Close ${name} again` }).waitFor();
    assert.ok(await page.getByRole('button', { name: `Close ${name} again` }).isDisabled());
    await page.emulateMedia({ media: 'print' });
    await picture(page, '95-report-print');
    assert.ok(!(await page.getByRole('navigation', { name: 'Main' }).isVisible()));
    await page.emulateMedia({ media: 'screen' });
  });

  test('a consumer sees the promise in plain words, and nothing that only providers need', async () => {
    await inEveryLook('95-promises', '/promises/team/stalls', () =>
      page.getByRole('heading', { name: 'What stalls was promised' }).waitFor(),
    );
    await page.getByText('Below 99 %: 10 % of the fee is given back.').waitFor();
  });

  test('a product says whether it is in its agreed state and may be released', async () => {
    await inEveryLook('95-standing', '/estate/product/market', () =>
      page.getByRole('heading', { name: 'May it be released now?' }).waitFor(),
    );
    await page.getByRole('heading', { name: 'Agreed working state' }).waitFor();
    await inEveryLook('95-fit', '/contracts?view=fit', () =>
      page.getByRole('table', { name: 'Fit for use now' }).waitFor(),
    );
  });

  test('a month of a product stands on one page that prints, beside the month before', async () => {
    const month = new Date().toISOString().slice(0, 7);
    const path = `/reports/monthly?item=product/market&month=${month}`;
    await inEveryLook('95-monthly', path, () =>
      page.getByRole('heading', { name: `Market: ${month}`, level: 1 }).waitFor(),
    );
    await page.goto(`${url}/reports/monthly`);
    await page.getByRole('link', { name: 'Market', exact: true }).waitFor();
    await page.goto(url + path);
    const figures = page.getByRole('table', {
      name: 'Figures of the month beside the month before',
    });
    await figures.getByRole('row', { name: /^Incidents opened 1 –/ }).waitFor();
    await page.getByRole('link', { name: `The market, ${month}` }).waitFor();
    const csv = await api(
      page,
      'GET',
      `/api/v1/reports/monthly.csv?item=product/market&month=${month}`,
    );
    assert.match(csv, /product\/market,incidents_opened,count,1,/);
    await page.emulateMedia({ media: 'print' });
    await picture(page, '95-monthly-print');
    assert.ok(!(await page.getByRole('navigation', { name: 'Main' }).isVisible()));
    assert.ok(!(await page.getByRole('link', { name: 'CSV' }).isVisible()));
    await page.emulateMedia({ media: 'screen' });
    await page.getByRole('link', { name: /^The month before/ }).click();
    await page.getByText('Nothing is known of this month').waitFor();
  });

  test('nothing went wrong in the browser', () => {
    assert.deepEqual(browser.errors, []);
  });
});
