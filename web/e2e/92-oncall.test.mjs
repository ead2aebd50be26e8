// Schedules: as a calendar with keys and on a phone, dragged with a finger, tried before saving.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, enter, looks, open, picture, url } from './world.mjs';

let b;
let mark;
const name = () => `e2e-rota-${mark}`;

/** A schedule of two people with nobody at night, made here. */
const document = () => ({
  apiVersion: 'operate/v1',
  kind: 'Schedule',
  metadata: { name: name(), title: `Rota ${mark}` },
  spec: {
    team: 'platform',
    timeZone: 'UTC',
    coverCalendar: `always-${mark}`,
    layers: [
      {
        name: 'day',
        rotations: [{ start: '2026-01-05T08:00', every: '1d', people: ['ada', 'hugo'] }],
        hours: [
          {
            days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
            from: '08:00',
            until: '20:00',
          },
        ],
      },
    ],
  },
});

before(async () => {
  b = await open();
  await enter(b.page);
  mark = Date.now().toString(36);
  await api(b.page, 'PUT', `/api/v1/estate/items/calendar/always-${mark}`, {
    apiVersion: 'operate/v1',
    kind: 'Calendar',
    metadata: { name: `always-${mark}` },
    spec: { timeZone: 'UTC', always: true },
  });
  await api(b.page, 'PUT', `/api/v1/estate/items/schedule/${name()}`, document());
});
after(() => b.close());

test('a month shows who is on call on each day, and nobody in red', async () => {
  await b.page.goto(`${url}/oncall/${name()}?zone=UTC`);
  await b.page.getByText('Month', { exact: true }).click();
  const grid = b.page.getByRole('grid');
  await grid.waitFor();
  const cells = await grid.getByRole('gridcell').count();
  assert.equal(cells % 7, 0);
  const day = grid.getByRole('gridcell', { name: /15/ }).first();
  await day.getByText('Nobody').first().waitFor();
  await picture(b.page, 'schedule-month-1440-light');
});

test('keys go from day to day and from month to month, and a day is taken over', async () => {
  await b.page.goto(`${url}/oncall/${name()}?zone=UTC&as=month&day=2027-03-15`);
  const grid = b.page.getByRole('grid', { name: 'Calendar, March 2027' });
  await grid.locator('[role=gridcell][tabindex="0"]').focus();
  await b.page.keyboard.press('ArrowRight');
  await b.page.waitForURL(/day=2027-03-16/);
  await b.page.keyboard.press('PageDown');
  await b.page.waitForURL(/day=2027-04-16/);
  await b.page.getByRole('grid', { name: 'Calendar, April 2027' }).waitFor();
  await b.page.locator('[role=gridcell][tabindex="0"]:focus').waitFor();
  await b.page.keyboard.press('Enter');
  const dialog = b.page.getByRole('dialog', { name: 'Take over' });
  await dialog.waitFor();
  await b.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

test('a finger that rests drags over the timeline', async () => {
  await b.page.goto(`${url}/oncall/${name()}?zone=UTC`);
  const lane = b.page.getByRole('region', { name: 'Timeline' }).getByText('Ada').first();
  await lane.waitFor();
  const box = await lane.boundingBox();
  const y = box.y + box.height / 2;
  const touch = await b.context.newCDPSession(b.page);
  const send = (type, x) =>
    touch.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x, y }],
    });
  const x = box.x + 300;
  await send('touchStart', x);
  await b.page.locator('[class*=picked]').first().waitFor();
  await send('touchMove', x + 40);
  await send('touchMove', x + 120);
  await send('touchEnd', x + 120);
  await b.page.getByRole('dialog', { name: 'Take over' }).waitFor();
});

test('the editor shows who would be on call before anything is saved', async () => {
  await b.page.goto(`${url}/estate/schedule/${name()}/edit`);
  await b.page.getByText('The same people are on call as now.').waitFor();
  const box = b.page.getByLabel('Document as YAML');
  await box.fill(
    (await box.inputValue())
      .replace('until: 20:00', 'until: 14:00')
      .replace('until: "20:00"', 'until: "14:00"'),
  );
  await b.page
    .getByRole('list', { name: 'Different from now' })
    .getByText(/nobody instead of/)
    .first()
    .waitFor();
  await picture(b.page, 'schedule-preview-1440-light');
  const kept = await api(b.page, 'GET', `/api/v1/estate/items/schedule/${name()}`);
  assert.match(JSON.stringify(kept.spec), /20:00/);
});

test('what is shared is counted over the past too', async () => {
  await b.page.goto(`${url}/oncall/${name()}?zone=UTC`);
  await b.page.getByRole('combobox', { name: 'Shared when' }).click();
  await b.page.getByRole('option', { name: 'Past 4 weeks' }).click();
  await b.page.getByText(/Known since/).waitFor();
});

test('who is away is seen where people are picked, and given nothing without a word', async () => {
  await api(b.page, 'POST', '/api/v1/people/hugo/away', { type: 'sickness' });
  const made = await api(b.page, 'POST', '/api/v1/incidents', { title: `Till ${mark}` });
  await b.page.goto(`${url}/incidents/${made.id}`);
  await b.page.getByRole('button', { name: 'Assign', exact: true }).first().click();
  const dialog = b.page.getByRole('dialog');
  const person = dialog.getByRole('combobox', { name: 'Person' });
  await person.fill('hugo');
  await b.page.getByRole('option', { name: /away, nobody knows until when/ }).click();
  await picture(b.page, 'assign-away-1440-light');
  const send = dialog.getByRole('button', { name: 'Assign' });
  await send.click();
  await dialog
    .getByText(/is away and nobody knows until when/)
    .first()
    .waitFor();
  await dialog.getByRole('switch', { name: 'Even if they are away' }).check();
  await send.click();
  await dialog.waitFor({ state: 'detached' });
  await api(b.page, 'POST', '/api/v1/people/hugo/back', {});
});

test('what is kept in a file says so', async () => {
  const text = '{apiVersion: operate/v1, kind: Team, metadata: {name: kept}, spec: {}}';
  const files = [{ name: 'estate/kept.yaml', text }];
  await api(b.page, 'POST', '/api/v1/estate/apply', { files, prune: false });
  await b.page.goto(`${url}/estate/team/kept`);
  await b.page
    .getByRole('note')
    .getByText(/Kept in.*estate\/kept\.yaml/)
    .waitFor();
  await b.page.getByRole('link', { name: 'Document' }).click();
  const box = b.page.getByLabel('Document as YAML');
  await box.waitFor();
  assert.equal(await box.getAttribute('readonly'), '');
  assert.equal(await b.page.getByRole('button', { name: 'Save' }).count(), 0);
});

test('weeks and months can be read by everybody', async () => {
  const ready = () => b.page.getByRole('grid').waitFor();
  for (const as of ['week', 'month']) {
    const path = `/oncall/${name()}?zone=UTC&as=${as}`;
    assert.deepEqual(await looks(b.page, `schedule-${as}`, path, { ready }), []);
  }
});
