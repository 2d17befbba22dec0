import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectory } from '@rollcall/core';
import { expect, it } from 'vitest';
import { checkReadiness } from '../src/http/pages.js';
import { createLogger } from '../src/logger.js';

it('is ready while the storage answers, and says what is wrong when it does not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-health-'));
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'warn' }, { write: line => lines.push(line) });
  const directory = await openDirectory({ databaseUrl: `sqlite:${folder}/rollcall.sqlite` });
  expect(await checkReadiness(directory, logger)).toEqual({ status: 'ready' });
  expect(lines).toEqual([]);
  await directory.close();
  expect(await checkReadiness(directory, logger)).toEqual({
    status: 'unavailable',
    reason: 'STORAGE_UNREADABLE',
  });
  expect(lines.join('')).toContain('the storage cannot be read');
});
