import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const DIST = join(fileURLToPath(import.meta.url), '../../../apps/console/dist');

const FIRST_LOAD_KB = 200;

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
}

const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;

/** Every file that is loaded with some entries before anything can be seen. */
function loadedWith(entries: string[]): string[] {
  const files = new Set<string>();
  const seen = new Set<string>();
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (!chunk || seen.has(key)) return;
    seen.add(key);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    for (const next of chunk.imports ?? []) visit(next);
  };
  for (const entry of entries) visit(entry);
  return [...files];
}

const kilobytes = (files: string[]) =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length, 0) / 1000;

it(`the list of users comes with at most ${FIRST_LOAD_KB} kB, programs and styles together`, () => {
  const files = loadedWith(['index.html', 'src/users/users-page.tsx']);
  expect(files.length).toBeGreaterThan(3);
  expect(kilobytes(files)).toBeLessThanOrEqual(FIRST_LOAD_KB);
});

it('the editor and the palette are no part of it', () => {
  const files = loadedWith(['index.html', 'src/users/users-page.tsx']);
  for (const later of ['src/user/custom-data.tsx', 'src/frame/palette.tsx']) {
    expect(manifest[later]?.file).toBeDefined();
    expect(files).not.toContain(manifest[later]?.file);
  }
});
