import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { ROOT, trackedFiles } from '../../repo/tracked-files.js';
import { publicWorkspaces } from '../../repo/workspaces.js';

/** For `globalSetup` of vitest: packs every public package, as it is built, once for all test files of a run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-packed-'));
  const wanted = publicWorkspaces(trackedFiles()).map(({ name }) => `--workspace=${name}`);
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--json', ...wanted, '--pack-destination', folder],
    { cwd: ROOT, maxBuffer: 2 ** 26 },
  );
  const answers = JSON.parse(stdout) as { name: string; filename: string; files: { path: string }[] }[];
  project.provide(
    'packed',
    answers.map(({ name, filename, files }) => ({
      name,
      tarball: join(folder, filename),
      files: files.map(({ path }) => path),
    })),
  );
  return () => rm(folder, { recursive: true, force: true });
}
