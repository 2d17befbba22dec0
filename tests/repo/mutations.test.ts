/** The mutations can be tried: what they switch off is there, once, and so are their tests. `test:mutations` tries them. */
import { describe, expect, it } from 'vitest';
import { MUTATIONS } from '../support/mutations/mutations.js';
import { trackedFiles } from './tracked-files.js';

const files = new Map(trackedFiles().map(file => [file.path, file.text]));
const all = Object.values(MUTATIONS).flat();

it('tell their mechanisms apart', () => {
  const names = all.map(({ mechanism }) => mechanism);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

describe.each(all)('$mechanism', ({ file, from, to, test }) => {
  it('is one place of its file, which is another one without it', () => {
    expect(files.get(file)?.split(from), `${file} has this text once: ${from}`).toHaveLength(2);
    expect(to).not.toBe(from);
  });

  it('has a test', () => {
    const text = files.get(test.file);
    expect(text, `${test.file} is a file`).toBeDefined();
    const written = ["'", '"', '`'].some(mark => text?.includes(`${mark}${test.name}`));
    expect(written, `a test that begins with "${test.name}" in ${test.file}`).toBe(true);
  });
});
