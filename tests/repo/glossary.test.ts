import { expect, it } from 'vitest';
import { trackedFiles } from './tracked-files.js';

const PAGE = 'docs/glossary.md';

const page = trackedFiles().find(({ path }) => path === PAGE)?.text ?? '';
const terms = [...page.matchAll(/^\*\*(.+?)\.\*\* /gm)].map(match => match[1] ?? '');

it('every paragraph of the glossary explains a term', () => {
  const [, ...paragraphs] = page.trim().split(/\n\n(?=\*\*)/);
  expect(paragraphs.length).toBeGreaterThan(50);
  expect(terms).toHaveLength(paragraphs.length);
});

it('a term stands once, where the alphabet has it', () => {
  const sorted = [...new Set(terms)].sort((one, other) => one.localeCompare(other, 'en'));
  expect(terms).toEqual(sorted);
});
