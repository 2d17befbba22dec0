/** What the doctor says of the servers that a URL lists: each is a real PostgreSQL. */
import { type PostgresPair, startPostgresPair } from '@rollcall/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { examineDirectory } from '../../src/examine.js';
import { migrateStorage } from '../../src/open-storage.js';

describe.skipIf(process.env.ROLLCALL_TEST_ENGINES?.split(',').includes('postgres') === false)(
  'the doctor on a list of servers',
  () => {
    let pair: PostgresPair;

    beforeEach(async () => {
      pair = await startPostgresPair({ synchronous: false });
      await migrateStorage(parseDatabaseUrl(pair.url));
    });

    afterEach(() => pair.stop());

    const hostOf = (url: string) => new URL(url).host;

    async function findingsOf(url: string): Promise<string[]> {
      const { findings } = await examineDirectory({ address: parseDatabaseUrl(url), products: [] });
      return findings
        .filter(({ check }) => ['servers', 'database'].includes(check))
        .map(({ level, check, message }) => `${level} ${check}: ${message}`);
    }

    it('finds nothing wrong with a primary and its standby, and names a server that is away without its password', async () => {
      expect(await findingsOf(pair.url)).toEqual([]);
      const found = await findingsOf(pair.url.replace('@', '@127.0.0.1:1,'));
      expect(found).toEqual([
        expect.stringMatching(/^risk servers: 127\.0\.0\.1:1 in ROLLCALL_DATABASE_URL .*ECONNREFUSED/),
      ]);
      expect(found.join()).not.toContain('postgres:postgres');
    });

    it('says that a standby receives nothing', async () => {
      await pair.stopReceiving();
      expect(await findingsOf(pair.url)).toEqual([
        expect.stringContaining(`risk servers: the standby ${hostOf(pair.standbyUrl)} receives nothing`),
      ]);
    });

    it('says that two servers take writes', async () => {
      await pair.promote();
      const both = `${hostOf(pair.primaryUrl)} and ${hostOf(pair.standbyUrl)}`;
      expect(await findingsOf(pair.url)).toEqual([
        expect.stringContaining(`wrong servers: ${both} in ROLLCALL_DATABASE_URL both take writes`),
      ]);
    });

    it('takes two names of one server for one', async () => {
      const port = new URL(pair.primaryUrl).port;
      expect(await findingsOf(pair.primaryUrl.replace('@', `@localhost:${port},`))).toEqual([]);
    });
  },
);
