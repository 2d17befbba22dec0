import { expect, it } from 'vitest';
import { questionOf } from './may.js';
import { readSettingsSearch } from './settings-search.js';

it('an address shows what it says, and nothing of what it cannot mean', () => {
  const search = {
    at: 'guests_enabled',
    role: 'moderator',
    team_role: 'lead',
    deed: 'block',
    target: 'admin',
  };
  expect(readSettingsSearch(search)).toEqual(search);
  expect(readSettingsSearch({ at: 'A b', deed: 7, target: '', role: '', other: 1 })).toEqual({});
  expect(readSettingsSearch({ role: 7 })).toEqual({ role: '7' });
});

it('a question that nobody can ask is the usual one', () => {
  const usual = { role: 'user', deed: 'ban', target: 'mate' };
  expect(questionOf({})).toEqual(usual);
  expect(questionOf({ deed: 'fly', target: 'constructor' })).toEqual(usual);
  const asked = { role: 'guest', team_role: 'lead', deed: 'query', target: 'self' };
  expect(questionOf(asked)).toEqual(asked);
});
