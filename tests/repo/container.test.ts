/** An image holds nothing of the one who builds it, and its user can write where the data is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { environmentOf, readContainerFile, type Stage, saidOf } from '../support/container/container-file.js';
import { isLeftOut } from '../support/container/container-ignore.js';
import { ROOT, trackedFiles } from './tracked-files.js';

const linesOf = (file: string) =>
  readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'));

const stages = readContainerFile(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
const image = stages.at(-1) as Stage;

it('leaves out of an image what git leaves out, secrets and databases included, and the history', () => {
  // Git looks for a name in every folder unless a slash begins it; Docker looks at the top unless `**/` begins it.
  const ignored = linesOf('.gitignore').map(line => {
    const name = line.replace(/\/$/, '');
    return name.startsWith('/') ? name.slice(1) : `**/${name}`;
  });
  expect(linesOf('.dockerignore')).toEqual(expect.arrayContaining(['.git', ...ignored]));
});

it('leaves out nothing that is in the repository', () => {
  const leftOut = linesOf('.dockerignore');
  expect(
    trackedFiles()
      .map(({ path }) => path)
      .filter(path => isLeftOut(leftOut, path)),
  ).toEqual([]);
});

it('reads a line of .dockerignore as Docker does', () => {
  const cases: [line: string, path: string, out: boolean][] = [
    ['data', 'data/rollcall.sqlite', true],
    ['data', 'apps/data/rollcall.sqlite', false],
    ['**/.env', '.env', true],
    ['**/.env', 'apps/server/.env', true],
    ['**/.env', 'apps/server/.env.local', false],
    ['**/.env.*', 'apps/server/.env.local', true],
    ['**/*.sqlite*', 'a/b.sqlite-wal', true],
    ['**/*.sqlite*', 'sqlite/a.ts', false],
    ['**/dist', 'apps/server/dist/main.js', true],
    ['**/dist', 'apps/server/distance.ts', false],
  ];
  for (const [line, path, out] of cases)
    expect([line, path, isLeftOut([line], path)]).toEqual([line, path, out]);
});

it('gives the folder of the data, and no other, to the user that the server runs as, which is not root', () => {
  const { ROLLCALL_DATABASE_URL: url = '' } = environmentOf(image);
  const [, folder] = /^sqlite:(\/\S+)\/[^/\s]+$/.exec(url) ?? [];
  const users = saidOf(image, 'USER');
  expect(users).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
  expect(saidOf(image, 'RUN')).toEqual([`mkdir ${folder} && chown ${users[0]} ${folder}`]);
  expect(saidOf(image, 'VOLUME')).toEqual([folder]);
});

it('starts Node itself, tells whether it is well, and needs no secret to be built', () => {
  expect(saidOf(image, 'CMD')).toEqual(['["node", "apps/server/dist/main.js"]']);
  expect(saidOf(image, 'HEALTHCHECK')).toEqual([expect.stringContaining('/healthz')]);
  const all = stages.flatMap(({ instructions }) => instructions);
  expect(all.filter(({ name }) => ['ARG', 'ADD', 'ENTRYPOINT'].includes(name))).toEqual([]);
  expect(Object.keys(environmentOf(image)).filter(name => /SECRET|TOKEN|PASSWORD/.test(name))).toEqual([]);
});

it('runs on a Node that Rollcall is tested on, of the same system as the one that its drivers are compiled on', () => {
  const [, version, system] = /^node:(\d+)-(\w+)$/.exec(stages[0]?.from ?? '') ?? [];
  expect(['22', '24']).toContain(version);
  expect(image.from).toBe(`node:${version}-${system}-slim`);
});
