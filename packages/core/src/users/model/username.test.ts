import { expect, it } from 'vitest';
import { normaliseUsername } from './username.js';

it.each([
  ['John Doe', 'johndoe'],
  ['john.doe', 'johndoe'],
  ['JOHN-DOE!', 'johndoe'],
  ['ﬁn', 'fin'],
  ['Ａｄａ', 'ada'],
  ['Zoë', 'zoë'],
  ['Zoe\u0308', 'zoë'],
  ['क्षि', 'क्षि'],
  ['agent 007', 'agent007'],
  ['  !!! ', '!!!'],
  ['Ⅷ', 'viii'],
])('reads %j as the username %j', (name, username) => {
  expect(normaliseUsername(name)).toBe(username);
});

it('keeps accents apart: a mark is part of a name', () => {
  expect(normaliseUsername('José')).not.toBe(normaliseUsername('Jose'));
});
