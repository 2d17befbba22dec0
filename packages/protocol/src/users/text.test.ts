import fc from 'fast-check';
import { expect, it } from 'vitest';
import { searchWords } from './text.js';

it.each([
  ['Zoë Müller-Lüdenscheidt', ['zoe', 'muller', 'ludenscheidt']],
  ["  O'Brien, J. R. R. ", ['o', 'brien', 'j', 'r', 'r']],
  ['ﬁancée №5', ['fiancee', 'no5']],
  ['Straße STRASSE', ['strasse', 'strasse']],
  ['İstanbul ISPARTA', ['istanbul', 'isparta']],
  ['Ἀθήνα', ['αθηνα']],
  ['山田 太郎', ['山田', '太郎']],
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
      expect(searchWords(words.join(' '))).toEqual(words);
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
