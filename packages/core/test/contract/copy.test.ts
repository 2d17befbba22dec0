import { freshDatabaseUrl, RUNS_WHOLE } from '@rollcall/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { NOT_COPIED } from '../../src/copy/copied-table.js';
import { type CopyOptions, copyInstallation } from '../../src/copy/copy-installation.js';
import type { CopyProgress } from '../../src/copy/copy-pass.js';
import {
  digestOf,
  dumpAtRest,
  dumpOf,
  holdAsServer,
  openWithBookmarks,
  populatedInstallation,
} from '../support/copy/copy-fixture.js';
import { StoredData } from '../support/life-cycle/stored-data.js';
import { bookmarks } from '../support/products/bookmarks-fixture.js';
import { SERVER } from '../support/test-directory.js';

const SOURCES = RUNS_WHOLE ? (['sqlite3', 'better-sqlite3'] as const) : (['sqlite3'] as const);

describe.each(SOURCES)('a copy from %s to PostgreSQL', name => {
  let from: string;
  let to: string;

  beforeAll(async () => {
    from = await populatedInstallation(name);
    to = await freshDatabaseUrl('postgres');
  });

  const copy = (options: Partial<CopyOptions> = {}) =>
    copyInstallation({ from, to, products: [bookmarks], ...options });

  it('carries every row of every table, and says how many with their checksums', async () => {
    const before = await digestOf(from);
    const progress: CopyProgress[] = [];
    const { finished, tables } = await copy({ onProgress: one => progress.push(one) });
    expect(finished).toBe(true);
    expect(await digestOf(from)).toEqual(before);

    const expected = await dumpAtRest(from);
    const found = await dumpOf(to);
    for (const table of Object.keys(expected)) expect(found[table], table).toEqual(expected[table]);
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    expect(tables.map(({ name: table, rows }) => [table, rows])).toEqual(
      Object.keys(expected)
        .sort()
        .map(table => [table, Object.keys(expected[table] ?? {}).length]),
    );
    expect(tables.every(({ checksum }) => /^[0-9a-f]{64}$/.test(checksum))).toBe(true);
    // The test would be worth little if there were nothing in them.
    expect(tables.filter(({ rows }) => rows === 0).map(one => one.name)).toEqual([]);

    expect(new Set(progress.map(({ stage }) => stage))).toEqual(new Set(['finishing']));
    const last = progress.at(-1);
    expect(last?.rows).toBe(last?.total);
    expect(progress.map(({ rows }) => rows)).toEqual(progress.map(({ rows }) => rows).sort((a, b) => a - b));
  });

  it('leaves the indexes that the settings ask for, and statistics', async () => {
    const stored = await StoredData.open(to);
    const indexes = await stored.run(
      `SELECT indexname FROM pg_indexes WHERE tablename = 'users' AND indexname LIKE 'users_custom_%'`,
    );
    expect(indexes).toHaveLength(1);
    const [analysed] = await stored.run(`SELECT reltuples FROM pg_class WHERE relname = 'bookmarks'`);
    expect(Number(analysed?.reltuples)).toBe(3000);
    await stored.close();
  });

  it('is refused once it is finished', async () => {
    await expect(copy()).rejects.toMatchObject({ code: 'INPUT_INVALID', field: 'to' });
  });

  it('goes on as the same log: positions of the source are good, tasks go on, nobody is online', async () => {
    const source = await openWithBookmarks(from);
    const position = await source.events.position();
    const oldest = { ...position, seq: 0 };
    const page = await source.events.pageAfter(oldest);
    await source.close();

    // Retention lets old entries leave where tasks run, so the log is compared where they do not.
    const idle = await openWithBookmarks(to);
    expect(await idle.events.position()).toEqual(position);
    expect(await idle.events.pageAfter(oldest)).toEqual(page);
    const { tasks } = await idle.tasks.list({ limit: 100 });
    const open = tasks.filter(({ finished_at }) => finished_at === undefined);
    expect(open.map(({ status }) => status).sort()).toEqual(['pending', 'pending', 'running']);
    await idle.close();

    const target = await openWithBookmarks(to, true);
    for (const { task_id } of open) {
      let status = '';
      for await (const task of target.tasks.watch(task_id, AbortSignal.timeout(30_000))) status = task.status;
      expect(status).toBe('completed');
    }
    const stored = await StoredData.open(to);
    expect(await stored.run('SELECT id FROM users WHERE online')).toEqual([]);
    await stored.close();
    await target.users.upsert(SERVER, [{ id: 'later' }]);
    const names: string[] = [];
    for (let at = position; ; ) {
      const next = await target.events.pageAfter(at);
      if (!('events' in next)) throw new Error('the log lost its place');
      if (next.events.length === 0) break;
      expect(next.events.map(({ seq }) => seq)).toEqual(next.events.map((_, index) => at.seq + index + 1));
      names.push(...next.events.map(({ full }) => full.type));
      at = next.upTo;
    }
    expect(names.at(-1)).toBe('user.created');
    expect(names.filter(type => type === 'task.completed')).toHaveLength(3);
    await target.close();
  });
});

describe('what is not copied', () => {
  it('is named with a reason', () => {
    for (const reason of Object.values(NOT_COPIED)) expect(reason.length).toBeGreaterThan(10);
  });
});

describe('a copy while a server works on the source', () => {
  it('waits until it ends, keeps others from it then, and loses nothing of what happened meanwhile', async () => {
    const from = await populatedInstallation('sqlite3');
    const to = await freshDatabaseUrl('postgres');
    const server = await openWithBookmarks(from);
    const stages: string[] = [];
    let writes = 0;
    let writing = Promise.resolve();
    const result = copyInstallation({
      from,
      to,
      products: [bookmarks],
      onProgress: ({ stage, rows, total }) => {
        if (stages.at(-1) !== stage) stages.push(stage);
        // Behind and in front of where the copy is; made, changed and gone.
        const id = String.fromCharCode(65 + ((writes * 7) % 58)).replace(/[^A-Za-z]/, 'q');
        writing = writing.then(async () => {
          if (stage === 'finishing') return;
          await server.users.upsert(SERVER, [{ id: `${id}-${writes++ % 40}`, custom: { rows, total } }]);
          await server.lifeCycle
            .deleteUsers(SERVER, {
              ids: [`user-${20 + (writes % 30)}`],
              user: 'hard',
              messages: 'hard',
              conversations: 'hard',
            })
            .catch(() => undefined);
          if (stage === 'waiting') await server.close();
        });
      },
    });
    expect((await result).finished).toBe(true);
    await writing;
    expect(stages).toEqual(['copying', 'waiting', 'finishing']);
    expect(writes).toBeGreaterThan(5);
    expect(await dumpOf(to)).toEqual(await dumpAtRest(from));
  });

  it('keeps up while it waits, so that nothing is left to write in the end', async () => {
    const from = await populatedInstallation('sqlite3');
    const to = await freshDatabaseUrl('postgres');
    const lock = await holdAsServer(from);
    let kept: Promise<void> | undefined;
    const keepUp = async () => {
      const [source, target] = [await StoredData.open(from), await StoredData.open(to)];
      await source.run("UPDATE bookmarks SET note = 'late' WHERE id = 'user-1-5'");
      const late = "SELECT id FROM bookmarks WHERE note = 'late'";
      while ((await target.run(late)).length === 0) await new Promise(resolve => setTimeout(resolve, 50));
      await source.close();
      await target.close();
      await lock.release();
    };
    const { finished, tables } = await copyInstallation({
      from,
      to,
      products: [bookmarks],
      betweenPassesMs: 1,
      onProgress: ({ stage }) => {
        if (stage === 'waiting') kept ??= keepUp();
      },
    });
    await kept;
    expect(finished).toBe(true);
    expect(tables.filter(({ changed }) => changed > 0)).toEqual([]);
  });

  it('is not finished when it is not to wait, or is interrupted; the next run goes on, and only what is finished opens', async () => {
    const from = await populatedInstallation('sqlite3');
    const to = await freshDatabaseUrl('postgres');
    const copy = (options: Partial<CopyOptions>) =>
      copyInstallation({ from, to, products: [bookmarks], ...options });
    const lock = await holdAsServer(from);
    const first = await copy({ wait: false });
    expect(first.finished).toBe(false);
    expect(first.tables.every(({ changed, rows }) => changed === rows)).toBe(true);
    await expect(openWithBookmarks(to)).rejects.toMatchObject({ code: 'UNAVAILABLE', unrecoverable: true });

    const interrupt = new AbortController();
    const interrupted = await copy({
      signal: interrupt.signal,
      onProgress: ({ stage }) => stage === 'waiting' && interrupt.abort(),
    });
    expect(interrupted.finished).toBe(false);
    // Nothing had changed, so nothing was written.
    expect(interrupted.tables.filter(({ changed }) => changed > 0)).toEqual([]);
    await lock.release();

    const last = await copy({ wait: false });
    expect(last.finished).toBe(true);
    expect(await dumpOf(to)).toEqual(await dumpAtRest(from));
    await (await openWithBookmarks(to)).close();
  });
});
