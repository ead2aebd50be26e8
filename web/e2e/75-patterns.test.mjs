// Patterns of the week on the analysis page: what is usual, what is not, and what people expect.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { api, enter, faults, looks, open, picture, url } from './world.mjs';

const HOUR = 3_600_000;
const PATH = '/api/v1/reports/alerts/patterns';
const rule = { source: 'nightly', name: 'BatchLate' };

/** The server's own answer, as it would be after nine weeks: those cannot pass during a test. */
function grown(answer) {
  const start = Math.floor(Date.parse(answer.to) / HOUR) * HOUR - 72 * HOUR;
  const at = (n) => new Date(start + n * HOUR).toISOString();
  const hidden = answer.expected.some((each) => each.what.name === rule.name);
  const one = {
    ...rule,
    kind: 'more',
    at: at(50),
    until: at(51),
    day: 2,
    hour: 3,
    count: 40,
    expected: 3,
    spread: 1.7,
    score: 21.8,
    short: false,
    weeks: [1, 2, 3, 4, 5].map((week) => ({ at: at(50 - 168 * week), count: week })),
    behind: [],
    allowed: ['expect'],
  };
  const silent = { ...one, kind: 'silence', at: at(20), until: at(21), count: 0, score: -2.4 };
  return {
    ...answer,
    history: { since: at(-168 * 9), weeks: 8, needed: 3, compared: 8 },
    rules: [{ ...rule, fired: 200 }],
    week: Array.from({ length: 168 }, (_, slot) => ({
      day: Math.floor(slot / 24) + 1,
      hour: slot % 24,
      seen: 8,
      fired: (slot % 24) * 8,
      expected: slot % 24,
    })),
    line: Array.from({ length: 72 }, (_, n) => ({
      at: at(n),
      count: n === 50 ? 40 : n % 24,
      expected: n % 24,
      high: (n % 24) + 12,
    })),
    anomalies: hidden ? [silent] : [one, silent],
    found: hidden ? 1 : 2,
  };
}

async function afterWeeks(page) {
  await page.route(`**${PATH}?*`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: grown(await answer.json()) });
  });
}

async function nothingExpected(page) {
  const { expected } = await api(page, 'GET', PATH);
  for (const { what } of expected) {
    await api(page, 'PUT', '/api/v1/reports/alerts/expected', { what, expected: false });
  }
}

describe('patterns', () => {
  let b;
  before(async () => {
    b = await open();
    await enter(b.page);
    await nothingExpected(b.page);
  });
  after(() => b.close());

  test('a young server says how much history is there and how much is needed', async () => {
    await b.page.goto(`${url}/reports/alerts`);
    const panel = b.page.getByRole('region', { name: 'Patterns of the week' });
    await panel.getByText(/Too little history|No firing is known yet/).waitFor();
    assert.match(await panel.innerText(), /3/);
    await b.page.getByText('No hour was unusual').waitFor();
  });

  test('the week is read with the arrow keys', async () => {
    await afterWeeks(b.page);
    await b.page.goto(`${url}/reports/alerts`);
    const week = b.page.getByRole('grid', { name: 'Firings by hour of the week' });
    await week.getByRole('gridcell').first().focus();
    await b.page.keyboard.press('ArrowDown');
    await b.page.keyboard.press('ArrowRight');
    await b.page.getByText('Tuesday, 01:00: 1 are usual, 8 in 8 weeks').waitFor();
    assert.equal(await b.page.evaluate(() => document.activeElement.dataset.slot), '25');
  });

  test('a rule and a zone are chosen, and stand in the address', async () => {
    await b.page.getByRole('combobox', { name: 'Rule of the pattern' }).click();
    await b.page.getByRole('option', { name: 'BatchLate (nightly)' }).click();
    await b.page.waitForURL(/rule=BatchLate/);
    assert.match(b.page.url(), /of=nightly/);
  });

  test('an unusual hour shows its evidence, is expected, and that is taken back', async () => {
    const table = b.page.getByRole('table', { name: 'Unusual hours' });
    await table.getByText('40 instead of 3').click();
    await table.getByText('Expected 3, spread 1.7').first().waitFor();
    await table.getByText('nothing instead of 3').waitFor();
    await picture(b.page, 'patterns-evidence');
    const hour = table.getByRole('link', { name: 'Tuesday, 03:00' }).first();
    assert.match(await hour.getAttribute('href'), /name=BatchLate/);
    await table
      .getByRole('button', { name: /^Expected: BatchLate on Tuesday/ })
      .first()
      .click();
    const dialog = b.page.getByRole('dialog', { name: 'This is expected' });
    await dialog.getByLabel('Why it is expected').fill('The load of the quarter');
    assert.deepEqual(await faults(b.page), []);
    await dialog.getByRole('button', { name: 'Do not show it' }).click();
    await table.getByText('40 instead of 3').waitFor({ state: 'detached' });
    const expected = b.page.getByRole('table', { name: 'Expected hours' });
    await expected.getByText('The load of the quarter').waitFor();
    await expected.getByRole('button', { name: /^Take back/ }).click();
    await table.getByText('40 instead of 3').waitFor();
    assert.equal((await api(b.page, 'GET', PATH)).expected.length, 0);
  });

  test('nothing was reported to the console', () => assert.deepEqual(b.errors, []));
});

test('patterns are accessible and fit', async () => {
  const view = await open();
  try {
    await enter(view.page);
    await afterWeeks(view.page);
    const ready = async () => {
      await view.page.getByRole('table', { name: 'Unusual hours' }).waitFor();
      await view.page
        .getByRole('region', { name: 'Patterns of the week' })
        .scrollIntoViewIfNeeded();
    };
    const how = { ready, height: 2400 };
    assert.deepEqual(await looks(view.page, 'patterns', '/reports/alerts', how), []);
  } finally {
    await view.close();
  }
});
