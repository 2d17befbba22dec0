/** A backup of an embedded database, and its restoring. PostgreSQL is backed up with its own programs (tests/processes). */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeOnEveryEngine, temporaryFolder } from '@rollcall/testing';
import { beforeEach, expect, it } from 'vitest';
import { sealBackup, verifyBackup } from '../../src/backup/backup-file.js';
import { restoreBackup } from '../../src/backup/restore-backup.js';
import { type BackupOptions, writeBackup } from '../../src/backup/write-backup.js';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { openDirectory } from '../../src/directory.js';
import {
  dumpAtRest,
  holdAsServer,
  openWithBookmarks,
  populatedInstallation,
} from '../support/copy/copy-fixture.js';
import { openEarlierDatabase } from '../support/earlier-database.js';
import { StoredData } from '../support/life-cycle/stored-data.js';
import { openTestDirectory, refusal, SERVER } from '../support/test-directory.js';
import { TestReceiver } from '../support/webhooks/test-receiver.js';
import { WebhooksFixture } from '../support/webhooks/webhooks-fixture.js';

describeOnEveryEngine('a backup', engine => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    file = join(folder, 'a.backup');
  });

  const backup = (url: string, options: Partial<BackupOptions> = {}) =>
    writeBackup({ address: parseDatabaseUrl(url), file, version: '1.2.3', keyIds: ['k1', null], ...options });

  if (engine.name === 'postgres') {
    /** A folder with programs that only say a version. */
    async function toolsOf(version: string): Promise<string> {
      const bin = join(folder, 'bin');
      await mkdir(bin);
      for (const tool of ['pg_dump', 'pg_restore']) {
        await writeFile(join(bin, tool), `#!/bin/sh\necho "${tool} (PostgreSQL) ${version}"\n`);
        await chmod(join(bin, tool), 0o755);
      }
      return bin;
    }

    it('says how to get the programs of PostgreSQL where they are not, and leaves nothing behind', async () => {
      const error = await refusal(backup(await engine.migratedUrl(), { toolPath: folder }));
      expect(error).toMatchObject({ code: 'UNAVAILABLE', unrecoverable: true });
      expect(error.message).toContain('there is no pg_dump on the PATH');
      expect(error.message).toContain('postgresql-client-<version>');
      expect(readdirSync(folder)).toEqual([]);
    });

    it('refuses programs that are older than the server, and says which it takes', async () => {
      const url = await engine.migratedUrl();
      const error = await refusal(backup(url, { toolPath: await toolsOf('9.6.24') }));
      expect(error.message).toMatch(
        /^the pg_dump on the PATH is of PostgreSQL 9, and the server is (\d+): install the client of PostgreSQL \1 or newer/,
      );
      expect(readdirSync(folder)).toEqual(['bin']);
    });
    return;
  }
  const name = engine.name;
  const scheme = name === 'sqlite3' ? 'sqlite' : name;

  /** A place where no database is. */
  const emptyPlace = async () => `${scheme}:${join(await temporaryFolder(), 'new', 'rollcall.sqlite')}`;

  const restore = (url: string, options: { file?: string; dryRun?: boolean } = {}) =>
    restoreBackup({ file, address: parseDatabaseUrl(url), ...options });

  async function usersOf(url: string, ids: string[]): Promise<string[]> {
    const directory = await openDirectory({ databaseUrl: url, runTasks: false });
    const users = await directory.users.find(ids);
    await directory.close();
    return users.map(({ id }) => id);
  }

  it('restored is the whole installation, with a new epoch, nobody online, and tasks and webhooks that can be claimed', async () => {
    const url = await populatedInstallation(name);
    const { head } = await backup(url);
    const to = await emptyPlace();
    await restore(to);
    const before = await dumpAtRest(url);
    const after = await dumpAtRest(to);
    const stream = { ...before.event_stream?.['1'], epoch: after.event_stream?.['1']?.epoch };
    expect(after).toEqual({ ...before, event_stream: { 1: stream } });
    expect(stream.epoch).not.toBe(before.event_stream?.['1']?.epoch);
    expect(head).toMatchObject({
      rollcall: '1.2.3',
      engine: 'sqlite',
      position: `${before.event_stream?.['1']?.epoch}.${before.event_stream?.['1']?.last_seq}`,
      users: Object.keys(before.users ?? {}).length,
      key_ids: ['k1', null],
    });
    const stored = await StoredData.open(to);
    expect(await stored.run('SELECT id FROM users WHERE online')).toEqual([]);
    expect(await stored.run('SELECT id FROM nodes')).toEqual([]);
    expect(await stored.run("SELECT DISTINCT lease_until FROM tasks WHERE status = 'running'")).toEqual([
      { lease_until: 0 },
    ]);
    expect(await stored.run('SELECT DISTINCT lease_until FROM webhook_endpoints')).toEqual([
      { lease_until: 0 },
    ]);
    await stored.close();
    await (await openWithBookmarks(to)).close();
  });

  it('tells a listener of before to read afresh', async () => {
    const directory = await openTestDirectory(engine);
    await directory.users.upsert(SERVER, [{ id: 'ann' }]);
    const position = await directory.events.position();
    await backup(directory.url);
    await directory.close();
    const to = await emptyPlace();
    await restore(to);
    const restored = await openTestDirectory(engine, { url: to });
    expect(await restored.events.pageAfter(position)).toMatchObject({ resyncAt: { seq: position.seq } });
    await restored.close();
  });

  /** An installation with a webhook that has received `user.created ann` and waits to try `user.created bob` again. */
  async function withWebhook() {
    const fixture = await WebhooksFixture.open(engine);
    const { directory, receiver } = fixture;
    receiver.answer = ({ user }) => (user === 'bob' ? 500 : 200);
    const { webhook } = await fixture.create({ types: ['user.created'] });
    await directory.users.upsert(SERVER, [{ id: 'ann' }]);
    await fixture.delivered(1);
    await directory.users.upsert(SERVER, [{ id: 'bob' }]);
    await fixture.stored(webhook.id, ([last]) => last?.attempt === 1);
    return { fixture, webhook };
  }

  it('lets webhooks go on: what waits is tried with its id, and what is new is no repetition to a receiver', async () => {
    const { fixture, webhook } = await withWebhook();
    await backup(fixture.directory.url);
    // The place in the log that a user of the restored installation will have.
    await fixture.directory.users.upsert(SERVER, [{ id: 'lost' }]);
    await fixture.directory.webhooks.enable(SERVER, webhook.id);
    await fixture.delivered(2);
    await fixture.close();
    const idOf = ({ receiver }: WebhooksFixture, user: string) =>
      receiver.received.find(one => one.user === user)?.id;

    const to = await emptyPlace();
    await restore(to);
    const restored = await WebhooksFixture.open(engine, to);
    restored.directory.clock.advance(60_000);
    await restored.directory.users.upsert(SERVER, [{ id: 'new' }]);
    await restored.delivered(2);
    expect(restored.receiver.delivered.toSorted()).toEqual(['user.created bob', 'user.created new']);
    expect(idOf(restored, 'bob')).toBe(idOf(fixture, 'bob'));
    const [lost, found] = [idOf(fixture, 'lost'), idOf(restored, 'new')];
    expect(lost).toBeDefined();
    expect(found).not.toBe(lost);
    const event = (one: WebhooksFixture, user: string) =>
      one.receiver.received.find(({ user: about }) => about === user)?.event as { id: string };
    const [before, after] = [event(fixture, 'lost').id, event(restored, 'new').id].map(id => id.split('.'));
    expect(after?.[1], 'it has the place of what was lost').toBe(before?.[1]);
    expect(after?.[0], 'and another epoch').not.toBe(before?.[0]);
    await restored.close();
  });

  it('does not count the time until it was restored as one in which a webhook failed', async () => {
    const { fixture, webhook } = await withWebhook();
    await backup(fixture.directory.url);
    await fixture.close();
    const to = await emptyPlace();
    const stored = await StoredData.open(fixture.directory.url);
    const [before] = await stored.run('SELECT setbacks, failing_since FROM webhook_endpoints');
    expect(before).toMatchObject({ setbacks: 1, failing_since: expect.any(Number) });
    await stored.close();
    await restore(to);
    const receiver = new TestReceiver();
    receiver.answer = () => 500;
    const restored = await WebhooksFixture.open(engine, to, receiver);
    restored.directory.clock.advance(5 * 24 * 60 * 60 * 1000);
    await restored.arrived(1);
    await restored.stored(webhook.id, ([last]) => last?.attempt === 2);
    expect(await restored.get(webhook.id)).toMatchObject({ status: 'active' });
    await restored.close();
  });

  it('is made beside a server that writes: it has each write up to its position, and no other', async () => {
    const directory = await openTestDirectory(engine);
    const epoch = (await directory.events.position()).epoch;
    let going = true;
    let written = 0;
    const writing = (async () => {
      for (; going; written++) {
        await directory.users.upsert(SERVER, [{ id: `u${written}`, number: written }]);
        // A driver that blocks its thread would leave nobody else a turn.
        await nextTurn();
      }
    })();
    await expect.poll(() => written).toBeGreaterThan(20);
    const { head } = await backup(directory.url);
    const during = written;
    await expect.poll(() => written).toBeGreaterThan(during + 20);
    going = false;
    await writing;
    await directory.close();
    const to = await emptyPlace();
    await restore(to);
    const stored = await StoredData.open(to);
    // Each write is one user and one event.
    const count = Number(head.position.split('.')[1]);
    expect(head.position.split('.')[0]).toBe(epoch);
    expect(head.users).toBe(count);
    const rows = await stored.run('SELECT id FROM users ORDER BY created_at');
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, index) => `u${index}`));
    expect(await stored.run('SELECT count(*) AS count FROM events')).toEqual([{ count }]);
    await stored.close();
  });

  it('can be read by its owner only, and so can what is restored', async () => {
    await backup(await engine.migratedUrl());
    const to = await emptyPlace();
    await restore(to);
    const place = to.slice(scheme.length + 1);
    for (const path of [file, place, `${place}-lock`]) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a.backup']);
    expect(readdirSync(dirname(place)).sort()).toEqual(['rollcall.sqlite', 'rollcall.sqlite-lock']);
  });

  it('gets a name with its time in a folder, and overwrites nothing', async () => {
    const url = await engine.migratedUrl();
    const made = await backup(url, { file: folder });
    expect(made.file).toMatch(/\/rollcall-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z\.backup$/);
    const content = readFileSync(made.file);
    const error = await refusal(backup(url, { file: made.file }));
    expect(error).toMatchObject({ code: 'INPUT_INVALID', field: 'file' });
    expect(error.message).toContain('is there already');
    expect(readFileSync(made.file).equals(content)).toBe(true);
  });

  it('is at the same time a database that SQLite opens', async () => {
    const directory = await openTestDirectory(engine);
    await directory.users.upsert(SERVER, [{ id: 'ann' }]);
    await backup(directory.url);
    await directory.close();
    expect(await usersOf(`${scheme}:${file}`, ['ann'])).toEqual(['ann']);
  });

  it('with a changed byte restores nothing', async () => {
    const { bytes } = await backup(await engine.migratedUrl());
    for (const place of [0, 100, Math.floor(bytes / 2), bytes - 200, bytes - 2]) {
      const content = readFileSync(file);
      content[place] = (content[place] ?? 0) ^ 1;
      writeFileSync(`${file}-changed`, content);
      const to = await emptyPlace();
      const error = await refusal(restore(to, { file: `${file}-changed` }));
      expect(error, `byte ${place}`).toMatchObject({ code: 'INPUT_INVALID', field: 'file' });
      expect(existsSync(dirname(to.slice(scheme.length + 1)))).toBe(false);
    }
  });

  it('is restored to an empty place only', async () => {
    await backup(await engine.migratedUrl());
    const to = await engine.migratedUrl();
    const place = to.slice(scheme.length + 1);
    const before = readFileSync(place);
    const error = await refusal(restore(to));
    expect(error).toMatchObject({ code: 'INPUT_INVALID', field: 'ROLLCALL_DATABASE_URL' });
    expect(error.message).toContain(`${place} is there already`);
    expect(readFileSync(place).equals(before)).toBe(true);

    const other = await emptyPlace();
    const log = `${other.slice(scheme.length + 1)}-wal`;
    await mkdir(dirname(log), { recursive: true });
    appendFileSync(log, 'what another database has left');
    expect((await refusal(restore(other))).message).toContain(`${log} is there already`);
    expect(existsSync(other.slice(scheme.length + 1))).toBe(false);
  });

  it('takes the place of no file that comes meanwhile, and of no link', async () => {
    const url = await engine.migratedUrl();
    const onStage = (stage: string) => {
      if (stage === 'sealing') writeFileSync(file, 'the backup of somebody else');
    };
    expect((await refusal(backup(url, { onStage }))).message).toContain('has come into being meanwhile');
    expect(readFileSync(file, 'utf8')).toBe('the backup of somebody else');
    expect(readdirSync(folder)).toEqual(['a.backup']);

    const [other, target] = [join(folder, 'b.backup'), join(folder, 'target')];
    symlinkSync(target, other);
    expect((await refusal(backup(url, { file: other }))).message).toContain('is a symbolic link');
    await backup(url, { file: join(folder, 'c.backup') });
    const to = `${scheme}:${other}`;
    expect((await refusal(restore(to, { file: join(folder, 'c.backup') }))).message).toContain(
      'is a symbolic link',
    );
    expect(existsSync(target)).toBe(false);
  });

  it('is made by one of two that write to the same file at once, and the other one says so', async () => {
    const url = await engine.migratedUrl();
    const both = await Promise.allSettled([backup(url), backup(url)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const [failed] = both.flatMap(one => (one.status === 'rejected' ? [one.reason as Error] : []));
    expect(failed?.message).toMatch(
      /is writing .*a\.backup; wait for its end|a\.backup has come into being meanwhile/,
    );
    await verifyBackup(file, new AbortController().signal);
    expect(readdirSync(folder)).toEqual(['a.backup']);
  });

  it('of an earlier version is restored as it is', async () => {
    const url = await engine.freshUrl();
    await (await openEarlierDatabase(url, 13)).destroy();
    await backup(url);
    const to = await emptyPlace();
    await restore(to);
    await (await openDirectory({ databaseUrl: to, runTasks: false })).close();
  });

  it('whose checksum is right and whose data is not of Rollcall is not restored', async () => {
    const { head, dataBytes } = await backup(await engine.migratedUrl());
    const data = readFileSync(file).subarray(0, dataBytes);
    const forged = join(folder, 'forged');
    const sealed = async (content: Uint8Array, change: (stored: StoredData) => Promise<unknown>) => {
      writeFileSync(forged, content);
      const stored = await StoredData.open(`${scheme}:${forged}`);
      await change(stored);
      await stored.close();
      await sealBackup(forged, head, new AbortController().signal);
    };
    const refusedAt = async () => {
      const to = await emptyPlace();
      const error = await refusal(restore(to, { file: forged }));
      const place = dirname(to.slice(scheme.length + 1));
      expect(readdirSync(place).filter(one => !one.endsWith('-lock'))).toEqual([]);
      return error.message;
    };
    await sealed(data, async stored => {
      await stored.run('ALTER TABLE users RENAME TO people');
      await stored.run('CREATE VIEW users AS SELECT * FROM people');
    });
    expect(await refusedAt()).toContain(`what is in ${forged} is not a database of Rollcall`);
    await sealed(data, stored =>
      stored.run(
        `CREATE TRIGGER bad BEFORE UPDATE ON event_stream BEGIN SELECT RAISE(ABORT, 'not to be settled'); END`,
      ),
    );
    expect(await refusedAt()).toContain('not to be settled');
    writeFileSync(
      forged,
      'something else altogether, and long enough to have the header of a database of it',
    );
    await sealBackup(forged, head, new AbortController().signal);
    expect(await refusedAt()).toContain('is not an SQLite database');
  });

  it('is not restored where a server is about to start', async () => {
    await backup(await engine.migratedUrl());
    const to = await emptyPlace();
    await mkdir(dirname(to.slice(scheme.length + 1)), { recursive: true });
    const server = await holdAsServer(to);
    expect((await refusal(restore(to))).message).toContain('another process uses the database');
    await server.release();
    await restore(to);
    expect(existsSync(to.slice(scheme.length + 1))).toBe(true);
  });

  it('is only verified in a dry run, which refuses what a restore refuses', async () => {
    await backup(await engine.migratedUrl());
    const to = await emptyPlace();
    expect((await restore(to, { dryRun: true })).head.rollcall).toBe('1.2.3');
    expect(existsSync(dirname(to.slice(scheme.length + 1)))).toBe(false);
    expect((await refusal(restore(await engine.migratedUrl(), { dryRun: true }))).message).toContain(
      'is there already',
    );
    appendFileSync(file, 'x');
    expect((await refusal(restore(to, { dryRun: true }))).message).toContain('is not a backup');
  });

  it('of an embedded database is not restored to PostgreSQL', async () => {
    await backup(await engine.migratedUrl());
    const error = await refusal(
      restoreBackup({ file, address: parseDatabaseUrl('postgres://localhost:1/none') }),
    );
    expect(error.message).toContain(
      'restore it to sqlite:<file>, and move it to PostgreSQL with `rollcall copy`',
    );
  });

  it('takes away what a killed one has left, and keeps off what one writes that lives', async () => {
    const url = await engine.migratedUrl();
    const { pid: dead } = spawnSync(process.execPath, ['--version']);
    writeFileSync(`${file}.${dead}.part`, 'half');
    writeFileSync(`${file}.${dead}.part-journal`, 'half');
    writeFileSync(`${file}.${dead}.01234567.part`, 'half');
    await backup(url);
    expect(readdirSync(folder)).toEqual(['a.backup']);

    const other = join(folder, 'b.backup');
    const living = `${other}.${process.ppid}.part`;
    writeFileSync(living, 'half');
    const error = await refusal(backup(url, { file: other }));
    expect(error.message).toContain(`the process ${process.ppid} is writing ${other}`);
    expect(readFileSync(living, 'utf8')).toBe('half');
  });

  it('takes away what processes that have ended left in its folder a day ago or earlier', async () => {
    const url = await engine.migratedUrl();
    const { pid: dead } = spawnSync(process.execPath, ['--version']);
    const left = (pid: number, ageMs: number, suffix = '') => {
      const path = join(
        folder,
        `rollcall-2026-01-01T00-00-00-${ageMs}Z.backup.${pid}.0a1b2c3d.part${suffix}`,
      );
      writeFileSync(path, 'half');
      const at = (Date.now() - ageMs) / 1000;
      utimesSync(path, at, at);
      return basename(path);
    };
    left(dead, 25 * 60 * 60_000);
    left(dead, 25 * 60 * 60_000, '-journal');
    const staying = [left(dead, 60_000), left(process.ppid, 26 * 60 * 60_000)];
    writeFileSync(join(folder, 'notes.part'), 'not of a backup');
    const made = await backup(url, { file: folder });
    expect(readdirSync(folder).sort()).toEqual([basename(made.file), 'notes.part', ...staying].sort());
  });

  it('is not made where a folder is meant that is not there', async () => {
    const error = await refusal(backup(await engine.migratedUrl(), { file: `${join(folder, 'none')}/` }));
    expect(error).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('there is no folder'),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('ends when it is asked to, and leaves nothing behind', async () => {
    const interrupt = new AbortController();
    const onStage = () => interrupt.abort();
    await expect(backup(await engine.migratedUrl(), { signal: interrupt.signal, onStage })).rejects.toThrow(
      'aborted',
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not made of a damaged database, of one that is not there, and of one that is not of Rollcall', async () => {
    const url = await populatedInstallation(name);
    const path = url.slice(scheme.length + 1);
    const stored = await StoredData.open(url);
    const [page] = await stored.run("SELECT rootpage FROM sqlite_schema WHERE name = 'users_updated_at'");
    await stored.close();
    writeSync(openSync(path, 'r+'), Buffer.alloc(4096, 0xee), 0, 4096, (Number(page?.rootpage) - 1) * 4096);
    expect((await refusal(backup(url))).message).toContain(`the database ${path} is damaged`);

    expect((await refusal(backup(`${scheme}:${folder}/none`))).message).toContain(
      `there is no database ${folder}/none`,
    );
    const foreign = await StoredData.open(`${scheme}:${folder}/foreign`);
    await foreign.run('CREATE TABLE a (b)');
    await foreign.close();
    expect((await refusal(backup(`${scheme}:${folder}/foreign`))).message).toContain(
      'is not a database of Rollcall',
    );
    writeFileSync(
      join(folder, 'text'),
      'something else altogether, and long enough to have a header of a file of it',
    );
    expect((await refusal(backup(`${scheme}:${folder}/text`))).message).toContain(
      'is not an SQLite database',
    );
    expect(readdirSync(folder).filter(one => one.includes('backup'))).toEqual([]);
  });

  it('is not made of data of which the log says something else', async () => {
    const url = await populatedInstallation(name);
    const stored = await StoredData.open(url);
    await stored.run('DELETE FROM events WHERE seq = 5');
    await stored.close();
    await expect(backup(url)).rejects.toThrow(/the event log has \d+ entries from 1 to \d+/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that is whole is verified as such', async () => {
    const { head } = await backup(await populatedInstallation(name));
    expect((await verifyBackup(file, new AbortController().signal)).head).toEqual(head);
  });
});
