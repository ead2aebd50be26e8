import { expect, test } from 'vitest';

import { readLabels } from './labels';

test('labels are read in each form in which people have them', () => {
  const labels = { alertname: 'Down', instance: 'db, 1:9100' };
  expect(readLabels('{alertname="Down", instance="db, 1:9100"}').labels).toEqual(labels);
  expect(readLabels('alertname=Down\ninstance="db, 1:9100"').labels).toEqual(labels);
  expect(readLabels('{"labels": {"alertname": "Down", "instance": "db, 1:9100"}}').labels).toEqual(
    labels,
  );
  expect(readLabels('alertname: Down').labels).toEqual({ alertname: 'Down' });
});

test('what is no label is named', () => {
  expect(readLabels('alertname=Down\nnonsense').wrong).toBe('nonsense');
  expect(readLabels('').labels).toEqual({});
});
