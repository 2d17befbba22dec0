/** An embedded database that its last process has not closed: it may be damaged, and is looked through. */
import { closeSync, existsSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { describeOnEveryEngine, type TestEngine } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { openSqlite } from '../../src/database/sqlite-sources.js';
import { openDirectory } from '../../src/directory.js';
import { migrateStorage } from '../../src/open-storage.js';
import { openEarlierDatabase } from '../support/earlier-database.js';
import { SERVER } from '../support/test-directory.js';

type FileAddress = Extract<ReturnType<typeof parseDatabaseUrl>, { file: string }>;

describeOnEveryEngine('a file that was not closed', engine => {
  if (engine.name === 'postgres') {
    it('is a matter of embedded databases: PostgreSQL looks after its own files', () => undefined);
    return;
  }

  it('takes writes at once, is looked through beside them, and no second time when it is sound', async () => {
    const { url, address } = await fileOf(engine);
    leftBehind(address.file);
    const errors: unknown[] = [];
    const directory = await openDirectory({ databaseUrl: url, onError: error => errors.push(error) });
    await directory.users.upsert(SERVER, [{ id: 'ann' }]);
    await expect.poll(() => existsSync(`${address.file}-unchecked`)).toBe(false);
    await directory.users.upsert(SERVER, [{ id: 'bob' }]);
    expect(await directory.isWritable()).toBe(true);
    await directory.close();
    expect(errors).toEqual([]);
    await (await openDirectory({ databaseUrl: url })).close();
    expect(existsSync(`${address.file}-unchecked`)).toBe(false);
  });

  it('that is damaged takes no writes once that is found, says so once, and stays readable', async () => {
    const { url, address } = await fileOf(engine);
    await damage(address);
    leftBehind(address.file);
    // Every start finds it, until a backup is restored.
    for (let start = 0; start < 2; start++) {
      const errors: string[] = [];
      const onError = (error: unknown) => errors.push(String((error as Error).message));
      const directory = await openDirectory({ databaseUrl: url, onError, runTasks: false });
      await expect.poll(() => directory.isWritable()).toBe(false);
      for (let attempt = 0; attempt < 2; attempt++) {
        await expect(directory.users.upsert(SERVER, [{ id: 'late' }])).rejects.toMatchObject({
          code: 'UNAVAILABLE',
          message: 'the database is damaged and takes no writes; restore a backup',
        });
      }
      expect((await directory.users.find(['u7', 'late'])).map(({ id }) => id)).toEqual(['u7']);
      await directory.close();
      expect(errors.filter(message => message.includes('damaged'))).toEqual([
        expect.stringMatching(`^the database ${address.file} is damaged \\(.+\\); restore a backup$`),
      ]);
    }
  });

  it('is looked through at the next start, when it was closed before that had ended', async () => {
    const { url, address } = await fileOf(engine);
    await damage(address);
    leftBehind(address.file);
    await (await openDirectory({ databaseUrl: url })).close();
    expect(existsSync(`${address.file}-unchecked`)).toBe(true);
    const directory = await openDirectory({ databaseUrl: url });
    await expect.poll(() => directory.isWritable()).toBe(false);
    await directory.close();
  });

  it('is looked through before anything is migrated', async () => {
    const url = await engine.freshUrl();
    const address = parseDatabaseUrl(url) as FileAddress;
    const source = await openEarlierDatabase(url, 13);
    await source.query(`INSERT INTO users (id, id_words, role, teams, custom, invisible, banned, shadow_banned,
      blocked_user_ids, devices, online, created_at, updated_at, revision)
      SELECT 'u' || value, ' u', 'user', '[]', '{}', false, false, false, '[]', '[]', false, 1, 1, 1
      FROM json_each('[${Array.from({ length: 3000 }, (_, index) => index).join()}]')`);
    await source.destroy();
    await damage(address);
    leftBehind(address.file);
    for (const start of [() => openDirectory({ databaseUrl: url }), () => migrateStorage(address)]) {
      await expect(start()).rejects.toThrow('is damaged');
    }
    const after = await openSqlite(address, 'writer', []);
    expect(await after.query(`SELECT name FROM sqlite_schema WHERE name = 'user_words'`)).toEqual([]);
    await after.destroy();
  });
});

/** A directory with users enough to fill many pages, which is closed. */
async function fileOf(engine: TestEngine): Promise<{ url: string; address: FileAddress }> {
  const url = await engine.migratedUrl();
  const directory = await openDirectory({ databaseUrl: url });
  for (let first = 0; first < 1000; first += 100) {
    const users = Array.from({ length: 100 }, (_, index) => ({
      id: `u${first + index}`,
      name: `Name ${index}`,
    }));
    await directory.users.upsert(SERVER, users);
  }
  await directory.close();
  return { url, address: parseDatabaseUrl(url) as FileAddress };
}

/** A write-ahead log as a process leaves it that is killed; this one has nothing in it that was committed. */
function leftBehind(file: string): void {
  writeFileSync(`${file}-wal`, Buffer.alloc(4096));
}

/** Overwrites the pages of an index that nothing here needs. */
async function damage(address: FileAddress): Promise<void> {
  const source = await openSqlite(address, 'writer', []);
  const [{ page_size: size }] = (await source.query('PRAGMA page_size')) as [{ page_size: number }];
  const pages: { pageno: number }[] = await source.query(
    `SELECT pageno FROM dbstat WHERE name = 'users_updated_at' AND pagetype = 'leaf'`,
  );
  await source.destroy();
  expect(pages.length).toBeGreaterThan(1);
  const file = openSync(address.file, 'r+');
  for (const { pageno } of pages) writeSync(file, Buffer.alloc(size, 0xee), 0, size, (pageno - 1) * size);
  closeSync(file);
}
