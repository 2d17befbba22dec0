import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let clone: string;

// As `/root` is, or a folder of `mktemp -d`: nobody else is let in.
beforeAll(async () => {
  clone = await mkdtemp(join(tmpdir(), 'rollcall-clone-'));
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT });
  for (const path of [...stdout.split('\n').filter(Boolean), 'node_modules']) {
    await cp(join(ROOT, path), join(clone, path), { recursive: true, verbatimSymlinks: true });
  }
});

afterAll(() => rm(clone, { recursive: true, force: true }));

it('as root, runs the tests on PostgreSQL in a folder that only root can enter', async ({ skip }) => {
  // PostgreSQL does not run as root, so only there is it somebody else than the owner of the folder.
  skip(
    process.getuid?.() !== 0,
    'needs root: only root starts PostgreSQL as another user, who cannot enter the folder',
  );
  const { mode, uid } = await stat(clone);
  expect({ mode: mode & 0o777, uid }).toEqual({ mode: 0o700, uid: process.getuid?.() });
  const env = {
    ...process.env,
    ROLLCALL_TEST_ENGINES: 'postgres',
    ROLLCALL_TEST_POSTGRES_URL: '',
    NO_COLOR: '1',
  };
  const { stdout } = await run('npx', ['vitest', 'run', 'test/contract/schema.test.ts'], {
    cwd: join(clone, 'packages/core'),
    env,
  });
  expect(stdout).toMatch(/Tests\s+[1-9]\d* passed/);
});
