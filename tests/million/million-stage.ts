import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ConsoleUnderTest, startConsole } from '../browser/console-harness.js';

/** How many users the directory has. A smaller number is for trying the tests themselves. */
export const USERS = Number(process.env.ROLLCALL_TEST_MILLION_USERS ?? 1_000_000);

/** A directory that is made where it is missing, and stays: the next run begins at once. Absent: each run makes its own. */
const { ROLLCALL_TEST_MILLION_FILE: kept } = process.env;

const MAKER = fileURLToPath(new URL('../../bench/directory.mjs', import.meta.url));

/** A server and its console on a directory with very many users. */
export interface MillionUnderTest extends ConsoleUnderTest {
  /** How long it took to make the directory; undefined where it was there. */
  madeInMs: number | undefined;
}

/** Makes the directory, and starts a server on it and a browser. */
export async function startMillion(): Promise<MillionUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-million-'));
  const original = kept ?? join(folder, 'made.sqlite');
  const isThere = await access(original).then(
    () => true,
    () => false,
  );
  const begun = performance.now();
  if (!isThere)
    await promisify(execFile)(process.execPath, [MAKER, '--file', original, '--users', String(USERS)]);
  const madeInMs = isThere ? undefined : performance.now() - begun;
  // The tests write: what is kept stays as it was made.
  const file = join(folder, 'directory.sqlite');
  await copyFile(original, file, constants.COPYFILE_FICLONE);
  const started = await startConsole({ databaseUrl: `sqlite:${file}` });
  return {
    ...started,
    madeInMs,
    close: async () => {
      await started.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
