import { expect, it } from 'vitest';
import { normaliseUsername, searchColumn } from './derived-columns.js';

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

it('has the words of a text, folded, each after a space', () => {
  expect(searchColumn('Zoë O\u2019Neil-Müller 42')).toBe(' zoe o neil muller 42');
  expect(searchColumn('jane_doe@example')).toBe(' jane doe example');
});

it('is empty for a text without words', () => {
  expect(searchColumn(' -- ')).toBe('');
});
