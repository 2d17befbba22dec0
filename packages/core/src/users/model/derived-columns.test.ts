import { expect, it } from 'vitest';
import { normaliseUsername } from './derived-columns.js';

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

it.each([
  ['U+034F combining grapheme joiner', 'Jo\u034Fhn'],
  ['U+FE0F variation selector 16', 'John\uFE0F'],
  ['U+E0100 variation selector 17', 'Joh\u{E0100}n'],
  ['U+3164 Hangul filler', '\u3164John'],
  ['U+FFA0 half-width Hangul filler', 'John\uFFA0'],
  ['U+115F Hangul choseong filler', 'Jo\u115Fhn'],
  ['U+200B zero-width space', 'J\u200Bohn'],
  ['U+200D zero-width joiner', 'Jo\u200Dhn'],
  ['U+202E right-to-left override', '\u202EJohn'],
  ['U+180B Mongolian variation selector', 'John\u180B'],
  ['U+2800 blank pattern', 'John\u2800'],
])('reads a name with %s as the name without it', (_, name) => {
  expect(normaliseUsername(name)).toBe('john');
});

it('composes what an invisible character kept apart', () => {
  expect(normaliseUsername('Zoe\u034F\u0308')).toBe('zoë');
});

it('reads an emoji as itself, with and without a variation selector, and the letters of scripts as they are', () => {
  expect(normaliseUsername('\u2764\uFE0F')).toBe('\u2764');
  expect(normaliseUsername('\u2764')).toBe('\u2764');
  expect(normaliseUsername('\u0915\u094D\u200D\u0937')).toBe('\u0915\u094D\u0937');
});

it.each(['', ' ', '\u200B', '\u3164\u2800', '\u00A0\u3000', '\u{E0100}\u034F', '\u202E\u202C'])(
  'reads %j as no name',
  name => {
    expect(normaliseUsername(name)).toBeUndefined();
  },
);

it('keeps accents apart: a mark is part of a name', () => {
  expect(normaliseUsername('José')).not.toBe(normaliseUsername('Jose'));
});
