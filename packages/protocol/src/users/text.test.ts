import fc from 'fast-check';
import { expect, it } from 'vitest';
import { searchText, searchWords } from './text.js';

it.each([
  ['Zoë Müller-Lüdenscheidt', ['zoe', 'muller', 'ludenscheidt']],
  ["  O'Brien, J. R. R. ", ['obrien', 'j', 'r', 'r']],
  ["the dogs' 'tail'", ['the', 'dogs', 'tail']],
  ['Łukasz Ħ Đức Ærø Þór', ['lukasz', 'h', 'duc', 'aero', 'thor']],
  ['łđðøħŧƀȼɇǥɨıɉɍʉɏƶⱥⱦæœþ', ['lddohtbcegiijruyzataeoeth']],
  ['ﬁancée №5', ['fiancee', 'no5']],
  ['Straße STRASSE', ['strasse', 'strasse']],
  ['İstanbul ISPARTA', ['istanbul', 'isparta']],
  ['Ἀθήνα', ['αθηνα']],
  ['山田 太郎', ['山 田', '太 郎']],
  ['abc太郎x1', ['abc 太 郎 x1']],
  ['สวัสดี', ['ส ว ส ด']],
  ['२०२६', ['२०२६']],
  ['...', []],
  ['', []],
])('takes %j apart into %j', (text, words) => {
  expect(searchWords(text)).toEqual(words);
});

it('lets the beginning of a word find the word also where a final sigma stood', () => {
  const [word] = searchWords('ΟΔΟΣΑΝ');
  const [beginning] = searchWords('ΟΔΟΣ');
  expect(word?.startsWith(beginning ?? 'missing')).toBe(true);
});

it('folds what it has folded to the same words', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), text => {
      const words = searchWords(text);
      expect(searchWords(words.join(' ')).join(' ')).toBe(words.join(' '));
    }),
  );
});

it('makes no difference between composed and decomposed text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), text => {
      expect(searchWords(text.normalize('NFD'))).toEqual(searchWords(text.normalize('NFC')));
    }),
  );
});

it('has the words to look through, each after a space, and what an apostrophe sets apart as one word and as two', () => {
  expect(searchText('Zoë O\u2019Neil-Müller 42')).toBe(' zoe oneil muller 42 zoe o neil muller 42');
  expect(searchText('jane_doe@example')).toBe(' jane doe example');
  expect(searchText(' -- ')).toBe('');
});

it('finds every text by its own words, and by the beginning of each', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (text, at) => {
      const looked = searchText(text);
      for (const word of searchWords(text)) {
        expect(looked).toContain(` ${word}`);
        expect(looked).toContain(` ${word.slice(0, 1 + (at % word.length))}`);
      }
    }),
  );
});
