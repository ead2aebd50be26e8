import { expect, it } from 'vitest';

import { partInIncident, partInItem } from './yourPart';

const ada = {
  name: 'ada',
  person: 'person/ada',
  role: 'responder' as const,
  scoped: false,
  teams: ['team/shop'],
};

it('says what somebody is to an incident', () => {
  const nobody = { team: null, assignee: null, acknowledged_by: null, roles: {} };
  expect(partInIncident(ada, nobody)).toBe('None; you may help');
  expect(partInIncident({ ...ada, role: 'viewer' }, nobody)).toBe('You can read it');
  const hers = {
    team: 'team/shop',
    assignee: 'person/ada',
    acknowledged_by: 'person:ada',
    roles: { commander: 'person/ada', scribe: 'person/bob' },
  };
  expect(partInIncident(ada, hers)).toBe(
    'It is assigned to you; You are its commander; You acknowledged it; Your team is charged with it',
  );
  expect(partInIncident({ ...ada, person: null }, hers)).toContain('You acknowledged it');
});

it('says what somebody is to an item', () => {
  expect(partInItem(ada, 'team/shop', null)).toBe('Your team owns it');
  expect(partInItem(ada, 'team/data', 'team/shop')).toBe('Your team operates it');
  expect(partInItem({ ...ada, scoped: true }, 'team/data', null)).toContain(
    'belongs to none of your teams',
  );
});
