import { expect, it } from 'vitest';
import { searchColumn } from './search-column.js';

it('has the words of a text, folded, each after a space', () => {
  expect(searchColumn('Zoë O\u2019Neil-Müller 42')).toBe(' zoe o neil muller 42');
  expect(searchColumn('jane_doe@example')).toBe(' jane doe example');
});

it('is empty for a text without words', () => {
  expect(searchColumn(' -- ')).toBe('');
});
