/** A server is judged by settings in memory. They are never older than a change of the same process, or half a second. */
import { describeOnEveryDialect, describeOnPostgres } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Principal } from '../../src/access/tokens.js';
import { type Directory, openDirectory } from '../../src/directory.js';
import { openTestDirectory, SERVER, type TestDirectory } from '../support/test-directory.js';
import { until } from '../support/until.js';

const BACK_END: Principal = { kind: 'server', issuedAt: 1 };

const revokedBefore = async ({ users }: Pick<Directory, 'users'>) =>
  (await users.access(BACK_END)).revokedBefore;

describeOnEveryDialect('the settings that a server is judged by', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
  });

  afterEach(() => directory.close());

  it('are those of the last change from its answer on, however often they were asked for', async () => {
    for (let before = 1; before <= 20; before++) {
      await revokedBefore(directory);
      await directory.tokens.revoke(SERVER, { before });
      expect(await revokedBefore(directory)).toBe(before);
    }
  });

  it('are not what a read began to find before the change', async () => {
    for (let before = 1; before <= 20; before++) {
      const change = directory.tokens.revoke(SERVER, { before });
      // Reads that begin while the change is written, and end on either side of its commit.
      const reads = Array.from({ length: 10 }, async (_, turn) => {
        for (let wait = 0; wait < turn; wait++) await Promise.resolve();
        return revokedBefore(directory);
      });
      await change;
      expect(await revokedBefore(directory)).toBe(before);
      await Promise.all(reads);
      expect(await revokedBefore(directory)).toBe(before);
    }
  });
});

describeOnPostgres('the settings that another process has changed', engine => {
  const open: Directory[] = [];
  afterEach(() => Promise.all(open.splice(0).map(directory => directory.close())));

  it('judge a server within a second, although nothing tells of the change', async () => {
    const databaseUrl = await engine.migratedUrl();
    for (let number = 0; number < 2; number++) {
      open.push(await openDirectory({ databaseUrl, runTasks: false, notifications: false }));
    }
    const [changing, judging] = open as [Directory, Directory];
    expect(await revokedBefore(judging)).toBeNull();
    await changing.tokens.revoke(SERVER, { before: 5 });
    const changedAt = performance.now();
    await until('the other process knows', async () => (await revokedBefore(judging)) === 5);
    expect(performance.now() - changedAt).toBeLessThan(1000);
  });
});
