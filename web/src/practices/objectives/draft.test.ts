import { expect, test } from 'vitest';

import { documentOf, draftOf, promisesAnew } from './draft';

const asked = {
  apiVersion: 'operate/v1',
  kind: 'Objective',
  metadata: { name: 'quick', title: 'Quick answers', labels: { tier: 'one' } },
  spec: {
    item: 'service/checkout',
    indicator: { source: 'prometheus', good: 'a[1m]', total: 'b[1m]' },
    target: 99.5,
    window: { calendar: 'month', timeZone: 'Europe/Berlin' },
    slice: { length: '5m' },
    alerts: { page: false },
  },
};

test('what the form does not know stays in the document', () => {
  const made = documentOf(draftOf(asked), asked);
  expect(made.metadata).toEqual(asked.metadata);
  expect(made.spec).toEqual({
    ...asked.spec,
    alerts: { page: false, ticket: true },
  });
});

test('another kind of indicator leaves nothing of the one before', () => {
  const limit = { ...draftOf(asked), kind: 'limit' as const, value: 'p95', limit: 0.3, unit: 's' };
  expect(documentOf(limit, asked).spec.indicator).toEqual({
    source: 'prometheus',
    value: 'p95',
    op: 'lte',
    limit: 0.3,
    unit: 's',
  });
  const pushed = { ...draftOf(asked), kind: 'pushed' as const, description: 'orders' };
  expect(documentOf(pushed, asked).spec.indicator).toEqual({ description: 'orders' });
});

test('records and what a contract exempts are kept, and leave with their contract', () => {
  const spec = {
    ...asked.spec,
    indicator: { records: 'restore', contract: 'servicecontract/gold' },
    exclude: { contract: 'gold', outsideHours: true, times: [{ reason: 'old probe' }] },
  };
  const recorded = { ...asked, spec };
  const draft = draftOf(recorded);
  expect([draft.kind, draft.clocksOf, draft.exempt]).toEqual(['records', 'gold', 'gold']);
  const made = documentOf(draft, recorded).spec;
  expect(made.indicator).toEqual({ records: 'restore', contract: 'gold' });
  expect(made.exclude).toEqual(spec.exclude);
  const there = { ...draft, records: 'availability', exempt: null };
  expect(documentOf(there, recorded).spec).toMatchObject({
    indicator: { records: 'availability' },
    exclude: { times: [{ reason: 'old probe' }] },
  });
});

test('parts are kept with their weights, and only those that were chosen', () => {
  const parts = [{ objective: 'objective/fast', weight: 3 }, { objective: 'right' }];
  const composed = { ...asked, spec: { ...asked.spec, indicator: { parts } } };
  const draft = draftOf(composed);
  expect([draft.kind, draft.combine]).toEqual(['parts', 'weighted']);
  const chosen = [
    { objective: 'fast', weight: 3 },
    { objective: 'right', weight: 1 },
  ];
  expect(draft.parts).toEqual(chosen);
  const all = { ...draft, combine: 'all', parts: [...chosen, { objective: '', weight: 1 }] };
  expect(documentOf(all, composed).spec.indicator).toEqual({ combine: 'all', parts: chosen });
});

test('a rolling window replaces the calendar, and the zone of a calendar is kept', () => {
  expect(documentOf({ ...draftOf(asked), window: '28d' }, asked).spec.window).toEqual({
    rolling: '28d',
  });
  expect(documentOf({ ...draftOf(asked), window: 'year' }, asked).spec.window).toEqual({
    calendar: 'year',
    timeZone: 'Europe/Berlin',
  });
});

test('a document says what kind of indicator it has', () => {
  const of = (indicator: Record<string, unknown>) =>
    draftOf({ ...asked, spec: { ...asked.spec, indicator } }).kind;
  expect(of({ description: 'orders' })).toBe('pushed');
  expect(of({ source: 'p', good: 'a', total: 'b' })).toBe('good');
  expect(of({ source: 'p', bad: 'a', total: 'b' })).toBe('bad');
  expect(of({ source: 'p', value: 'a', op: 'lte', limit: 1 })).toBe('limit');
});

test('a reason is asked for when another target or window is promised', () => {
  const draft = draftOf(asked);
  expect(promisesAnew(draft, asked, true)).toBe(false);
  expect(promisesAnew({ ...draft, title: 'Quicker' }, asked, true)).toBe(false);
  expect(promisesAnew({ ...draft, target: 99.9 }, asked, true)).toBe(true);
  expect(promisesAnew({ ...draft, window: '28d' }, asked, true)).toBe(true);
  expect(promisesAnew(draft, asked, false)).toBe(true);
});
