/** What somebody gets who installs a public package: every one of them, as `npm pack` makes it. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import * as attw from '@arethetypeswrong/core';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ROOT, trackedFiles } from '../repo/tracked-files.js';
import { type Conditions, type Manifest, publicWorkspaces } from '../repo/workspaces.js';

/**
 * What are-the-types-wrong may say, with the reason. Everything else that it says is a fault.
 *
 * - `node10`: TypeScript before 4.7 knew no `exports`. The pages of the packages ask for a newer one, which has `bundler`
 *   and `nodenext`.
 * - `node16-cjs`: the packages are ES modules only. Every Node that they run on has `require` for these (20.19 and newer).
 *   packed-client.test.ts tries it.
 */
const ACCEPTED: Record<string, string> = { NoResolution: 'node10', CJSResolvesToESM: 'node16-cjs' };

let unpacked: string;

beforeAll(async () => {
  unpacked = await mkdtemp(join(tmpdir(), 'rollcall-unpacked-'));
  for (const { name, tarball } of inject('packed')) {
    const folder = join(unpacked, name);
    await mkdir(folder, { recursive: true });
    await promisify(execFile)('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder]);
  }
});

afterAll(() => rm(unpacked, { recursive: true, force: true }));

/** The targets of links and images in a page, without anchors and without addresses elsewhere. */
function linksOf(page: string): string[] {
  const links = page.replace(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(<?([^)\s>]+)>?[^)]*\)/g);
  const targets = [...links].map(([, target = '']) => target.split('#')[0] ?? '');
  return targets.filter(target => target !== '' && !/^[a-z]+:/.test(target));
}

/** The files that a package promises to programs, other than the sources that only the repository itself takes. */
function filesOf(entry: Conditions): string[] {
  if (typeof entry === 'string') return [entry];
  return Object.entries(entry).flatMap(([name, inner]) =>
    name === '@rollcall/source' ? [] : filesOf(inner),
  );
}

it('are all that are not private: none is forgotten', () => {
  const names = publicWorkspaces(trackedFiles()).map(({ name }) => name);
  expect(names.sort()).toEqual(
    ['cli', 'client', 'console', 'core', 'protocol', 'react', 'router', 'server'].map(
      name => `@rollcall/${name}`,
    ),
  );
  expect(
    inject('packed')
      .map(({ name }) => name)
      .sort(),
  ).toEqual(names);
});

describe.each(inject('packed'))('$name', ({ name, files, tarball }) => {
  const text = (path: string) => readFileSync(join(unpacked, name, path), 'utf8');
  let manifest: Manifest;

  beforeAll(() => {
    manifest = JSON.parse(text('package.json'));
  });

  it('has the licence of the repository, a page, and what changed from version to version', () => {
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md']));
    expect(text('LICENSE')).toBe(readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
    expect(manifest.license).toBe('Apache-2.0');
    expect(text('README.md')).toMatch(`# ${manifest.name}\n`);
    expect(text('CHANGELOG.md')).toMatch(`\n## ${manifest.version}\n`);
  });

  it('has every file that its pages link to, and every file that it promises to programs', () => {
    const pages = files.filter(path => path.endsWith('.md') && !path.startsWith('dist/'));
    const linked = pages.flatMap(page =>
      linksOf(text(page)).map(target => posix.join(posix.dirname(page), target)),
    );
    const promised = [manifest.exports, manifest.imports, manifest.bin].flatMap(table =>
      filesOf(table ?? {}),
    );
    expect(linked).toContain('CHANGELOG.md');
    expect([...linked, ...promised.map(posix.normalize)].filter(path => !files.includes(path))).toEqual([]);
  });

  it('has the sources that its source maps name, no test, and nothing that only the repository needs', () => {
    const maps = files.filter(path => path.endsWith('.map'));
    const sources = maps.flatMap(path =>
      (JSON.parse(text(path)) as { sources: string[] }).sources.map(source =>
        posix.join(posix.dirname(path), source),
      ),
    );
    expect(sources.filter(path => !files.includes(path))).toEqual([]);
    expect(
      files.filter(path => /\.test\.|(^|\/)(test|node_modules)\/|tsconfig|vitest|\.tsbuildinfo$/.test(path)),
    ).toEqual([]);
  });

  it('publint says nothing against it', async () => {
    const { buffer } = new Uint8Array(readFileSync(tarball));
    const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
    expect(messages).toEqual([]);
  });

  it('are-the-types-wrong says nothing against it but what an ES module is told everywhere', async () => {
    const result = await attw.checkPackage(
      attw.createPackageFromTarballData(new Uint8Array(readFileSync(tarball))),
    );
    const programs = Object.keys(manifest.exports ?? {}).filter(path => path !== './package.json');
    // A command and a folder of pages have no module, and so no types.
    if (programs.length === 0) return expect(files.some(path => /^(bin|dist)\//.test(path))).toBe(true);
    expect(result.types).toEqual({ kind: 'included' });
    const problems = 'problems' in result ? result.problems : [];
    const faults = problems.filter(
      ({ kind, ...where }) => !('resolutionKind' in where && ACCEPTED[kind] === where.resolutionKind),
    );
    expect(faults).toEqual([]);
  });
});
