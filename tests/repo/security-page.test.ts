import { describe, expect, it } from 'vitest';
import { trackedFiles } from './tracked-files.js';

const PAGE = 'docs/security.md';

const files = new Map(trackedFiles().map(file => [file.path, file.text]));

/** The proofs that the page names: a file of tests in a code span, then the names of its tests in quotation marks. */
const proofs = [...(files.get(PAGE) ?? '').matchAll(/^\|.*\| `([^`]+\.test\.ts)`: (.+) \|$/gm)].map(
  ([, path = '', names = '']) => ({
    path,
    names: [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  }),
);

describe(`${PAGE} keeps its word`, () => {
  it('names a proof in every row', () => {
    const rows = (files.get(PAGE) ?? '').split('\n').filter(line => /^\| (?!Threat)[^|-]/.test(line));
    expect(rows.length).toBeGreaterThan(30);
    expect(proofs).toHaveLength(rows.length);
    expect(proofs.filter(({ names }) => names.length === 0)).toEqual([]);
  });

  it.each(proofs.flatMap(({ path, names }) => names.map(name => [path, name] as const)))(
    '%s has "%s"',
    (path, name) => {
      const text = files.get(path);
      expect(text, `${path} is a file`).toBeDefined();
      // A name as a program writes it, in any of its quotation marks.
      const written = ["'", '"', '`'].some(mark => text?.includes(`${mark}${name}${mark}`));
      expect(written, `a test called "${name}" in ${path}`).toBe(true);
    },
  );
});
