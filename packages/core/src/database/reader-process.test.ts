import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ReaderProcess } from './reader-process.js';
import { openSqlite } from './sqlite-sources.js';

const ENDLESS = `WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 1e12)
  SELECT count(*) AS n FROM counted`;

let folder: string;
let reader: ReaderProcess;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reader-'));
  const file = join(folder, 'data.sqlite');
  const writer = await openSqlite({ engine: 'better-sqlite3', file }, 'writer', []);
  await writer.query('CREATE TABLE notes (text TEXT)');
  await writer.query('INSERT INTO notes VALUES (?)', ['hello']);
  await writer.destroy();
  const driver = createRequire(import.meta.url).resolve('better-sqlite3');
  reader = new ReaderProcess({ driver, file, pragmas: ['busy_timeout = 5000'] });
});

afterEach(async () => {
  await reader.close();
  await rm(folder, { recursive: true });
});

it('reads, one statement after another, and says what is wrong with one', async () => {
  const found = reader.query('SELECT text FROM notes WHERE text = ?', ['hello']);
  const wrong = reader.query('SELECT missing FROM notes', []);
  const parameters = reader.query('SELECT ? AS a, ? AS b', [1, null]);
  expect(await found).toEqual([{ text: 'hello' }]);
  await expect(wrong).rejects.toMatchObject({ code: 'SQLITE_ERROR', message: 'no such column: missing' });
  expect(await parameters).toEqual([{ a: 1, b: null }]);
});

it('says why it cannot open a file', async () => {
  const file = join(folder, 'text');
  await writeFile(file, 'something else altogether, and long enough to have the header of a database');
  const driver = createRequire(import.meta.url).resolve('better-sqlite3');
  const other = new ReaderProcess({ driver, file, pragmas: ['cache_size = -1000'] });
  const asked = [other.query('SELECT count(*) FROM sqlite_schema', []), other.renew()];
  for (const one of asked) await expect(one).rejects.toMatchObject({ code: 'SQLITE_NOTADB' });
  await other.close();
  await expect(other.renew()).rejects.toMatchObject({ code: 'SQLITE_NOTADB' });
  const none = new ReaderProcess({ driver, file: join(folder, 'none'), pragmas: [] });
  await expect(none.renew()).rejects.toMatchObject({ code: 'SQLITE_CANTOPEN' });
  await none.close();
});

it('cannot write', async () => {
  await expect(reader.query('DELETE FROM notes', [])).rejects.toMatchObject({ code: 'SQLITE_READONLY' });
});

it('ends at once in the middle of a statement, and says so of everything that it was asked', async () => {
  await reader.query('SELECT 1', []);
  const running = [reader.query(ENDLESS, []), reader.query('SELECT 1', [])];
  const startedAt = performance.now();
  reader.interrupt();
  for (const one of running) await expect(one).rejects.toThrow('the reader process ended');
  await expect(reader.query('SELECT 1', [])).rejects.toThrow('the reader process ended');
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

it('is not ended by a signal to the whole group of the server, which answers its calls first', async () => {
  await reader.query('SELECT 1', []);
  process.kill(reader.pid ?? 0, 'SIGTERM');
  process.kill(reader.pid ?? 0, 'SIGINT');
  expect(await reader.query('SELECT 1 AS one', [])).toEqual([{ one: 1 }]);
});
