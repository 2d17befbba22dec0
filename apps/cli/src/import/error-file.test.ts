import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { ErrorFile, failedRow } from './error-file.js';

const REASON = { code: 'INPUT_INVALID', message: 'no' } as const;

it('is for its owner only, when it is made and when an import that resumes writes it anew', async () => {
  const path = join(await temporaryFolder(), 'users.errors.ndjson');
  const mode = async () => (await stat(path)).mode & 0o777;
  const row = (line: number) => failedRow(line, REASON, { id: `user-${line}`, email: 'jane@example.com' });
  // One that an earlier version left behind for everybody to read.
  await writeFile(path, `${JSON.stringify(row(1))}\n`, { mode: 0o644 });
  const resumed = new ErrorFile(path);
  await resumed.prepare({ keepToLine: 1 });
  expect(await mode()).toBe(0o600);
  resumed.add(row(2));
  resumed.close();
  expect(await mode()).toBe(0o600);

  const fresh = new ErrorFile(path);
  await fresh.prepare({ keepToLine: 0 });
  fresh.add(row(3));
  fresh.close();
  expect(await mode()).toBe(0o600);
});
