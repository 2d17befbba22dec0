/** A release as CONTRIBUTING.md describes it, in a copy of the repository. Nothing is published. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { trackedFiles } from '../repo/tracked-files.js';
import { publicWorkspaces, readManifest, workspaces } from '../repo/workspaces.js';
import { copyRepository } from '../support/repository-copy.js';

const run = promisify(execFile);
const { version } = readManifest('package.json');
const [major, minor] = version.split('.').map(Number);
const NEXT = `${major}.${(minor as number) + 1}.0`;

let copy: string;
const read = (path: string) => readFile(join(copy, path), 'utf8');
const readJson = async (path: string) => JSON.parse(await read(path));
const git = (...args: string[]) =>
  run('git', ['-c', 'user.name=A person', '-c', 'user.email=a@example.com', ...args], {
    cwd: copy,
    maxBuffer: 2 ** 26,
  });
const nextVersion = async () => (await run('npm', ['run', '--silent', 'next-version'], { cwd: copy })).stdout;

beforeAll(async () => {
  copy = await copyRepository();
  await mkdir(join(copy, '.changeset'), { recursive: true });
  // What waits in the repository belongs to its next release, not to this one.
  for (const name of await readdir(join(copy, '.changeset'))) {
    if (name.endsWith('.md')) await run('rm', [join(copy, '.changeset', name)]);
  }
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'A copy');
});

it('without a changeset changes nothing', async () => {
  expect(await nextVersion()).toBe(`All packages stay at ${version}: .changeset has no changeset.\n`);
  expect((await git('status', '--porcelain')).stdout).toBe('');
});

it('with one gives every package the next version, its changelog the change, and every page and the lock file the version', async () => {
  await writeFile(
    join(copy, '.changeset/a-change.md'),
    "---\n'@rollcall/client': minor\n'@rollcall/server': patch\n---\n\nListeners hear of it.\n",
  );
  expect(await nextVersion()).toBe(
    `All packages: ${version} → ${NEXT}. Read the changelogs before you commit.\n`,
  );

  const files = trackedFiles();
  const lock = await readJson('package-lock.json');
  expect(lock.version).toBe(NEXT);
  for (const { folder } of [...workspaces(files), { folder: '' }]) {
    const manifest = await readJson(join(folder, 'package.json'));
    const { dependencies, devDependencies, peerDependencies } = manifest;
    const wanted = Object.entries({ ...dependencies, ...devDependencies, ...peerDependencies });
    const own = wanted.filter(([name]) => name.startsWith('@rollcall/')).map(([, range]) => range);
    expect([folder, manifest.version, ...own]).toEqual([folder, NEXT, ...own.map(() => NEXT)]);
    const locked = lock.packages[folder];
    expect([locked.version, locked.dependencies, locked.peerDependencies]).toEqual([
      NEXT,
      dependencies,
      peerDependencies,
    ]);
  }
  for (const { folder } of publicWorkspaces(files)) {
    const [first, ...others] = (await read(join(folder, 'CHANGELOG.md'))).split(/^## /m).slice(1);
    expect(first, folder).toMatch(new RegExp(`^${NEXT}\n`));
    expect(others.at(-1), folder).toMatch(/^0\.1\.0\n/);
  }
  expect(await read('packages/client/CHANGELOG.md')).toMatch(/### Minor Changes\n\n.*Listeners hear of it\./);
  expect(await read('apps/server/CHANGELOG.md')).toMatch(/### Patch Changes\n\n.*Listeners hear of it\./);

  const pages = files.filter(({ path }) => path.endsWith('.md') && !path.endsWith('CHANGELOG.md'));
  const texts = await Promise.all(pages.map(async ({ path }) => [path, await read(path)] as const));
  expect(texts.filter(([, text]) => text.includes(`-${version}.tgz`)).map(([path]) => path)).toEqual([]);
  expect(texts.some(([, text]) => text.includes(`rollcall-client-${NEXT}.tgz`))).toBe(true);
  expect(await readdir(join(copy, '.changeset'))).toEqual(['config.json']);

  await run('npx', ['biome', 'ci', '.'], { cwd: copy });
});
