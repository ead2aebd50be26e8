import { expect, test } from 'vitest';

import { asProblem, Problem, problemOf } from './errors';

const answer = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });

test('a problem is shown in the words of the server', async () => {
  const problem = await problemOf(
    answer(409, { type: 'not_allowed_now', title: 'Conflict', detail: 'it is closed already' }),
  );
  expect(problem.message).toBe('it is closed already');
  expect(problem.conflict).toBe(false);
});

test('a lost race is told apart from a refusal', async () => {
  expect((await problemOf(answer(412, { type: 'stale' }))).conflict).toBe(true);
  expect((await problemOf(answer(409, { type: 'conflict' }))).conflict).toBe(true);
});

test('an answer without words, and no answer at all, still say something', async () => {
  expect((await problemOf(new Response('', { status: 403 }))).message).toMatch(/role/);
  expect(asProblem(new TypeError('Failed to fetch')).offline).toBe(true);
  expect(asProblem(new Problem(404, { detail: 'gone' })).message).toBe('gone');
});
