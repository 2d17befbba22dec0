/** The step from TypeORM 0.3 to 1.x is open: what core needs of TypeORM is still there, but for one driver. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as typeorm from 'typeorm';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

it('core compiles with TypeORM 1.x, but for the options of the `sqlite3` driver, in the one file that knows its driver', async () => {
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  const { stdout } = await run(process.execPath, [
    compiler,
    '--pretty',
    'false',
    '-p',
    import.meta.dirname,
  ]).catch(failure => failure);
  const errors = stdout.split('\n').filter((line: string) => / error TS/.test(line));
  expect(errors).toEqual([
    expect.stringMatching(/database\/sqlite-sources\.ts\(.*'"sqlite"' is not assignable/),
  ]);
});

it('the tests run on the TypeORM that is asked for', () => {
  // TypeORM 1.x no longer exports it.
  const major = 'createConnection' in typeorm ? '0' : '1';
  expect(major).toBe(process.env.ROLLCALL_TEST_TYPEORM ?? '0');
});
