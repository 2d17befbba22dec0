import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { freshDatabaseOn, openSql, temporaryFolder } from '@rollcall/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { CLI_BIN } from '../support/processes/run-cli.js';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';
import {
  SYSTEM_POSTGRES,
  type SystemPostgres,
  startSystemPostgres,
} from '../support/processes/system-postgres.js';
import { until } from '../support/until.js';

/** Users a second that are written beside the backup, and how many one call writes, all or none of them. */
const WRITES_PER_SECOND = 1000;
const IN_A_CALL = 10;
/** Users who are there before. */
const FIRST = 10_000;

let postgres: SystemPostgres | undefined;
afterAll(() => postgres?.stop());

/** Runs the command as an operator does. */
async function rollcall(args: string[], databaseUrl: string) {
  const env = {
    PATH: `${postgres?.bin ?? ''}:${process.env.PATH}`,
    ROLLCALL_DATABASE_URL: databaseUrl,
    ROLLCALL_SECRET: SECRET,
  };
  const child = spawn(process.execPath, [CLI_BIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', text => {
    out += text;
  });
  child.stderr.on('data', text => {
    err += text;
  });
  const [code] = await once(child, 'close');
  return { code, err, said: out ? JSON.parse(out) : undefined };
}

const idsOf = (call: number) => Array.from({ length: IN_A_CALL }, (_, index) => `call-${call}-${index}`);

/** Writes at the pace above, and notes which calls were acknowledged. */
function startWriting(server: ServerClient) {
  const acknowledged = new Set<number>();
  const begun = performance.now();
  let [next, going] = [0, true];
  const loop = async () => {
    while (going) {
      if (next * IN_A_CALL > ((performance.now() - begun) / 1000) * WRITES_PER_SECOND) {
        await new Promise(resolve => setTimeout(resolve, 2));
        continue;
      }
      const call = next++;
      await server.upsertUsers(idsOf(call).map(id => ({ id })));
      acknowledged.add(call);
    }
  };
  const ended = Promise.all(Array.from({ length: 8 }, loop));
  return {
    acknowledged,
    stop: async () => {
      going = false;
      await ended;
    },
  };
}

async function allIds(server: ServerClient): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { id } of server.queryUsersAll({}, [{ field: 'id', direction: 1 }], { limit: 100 }))
    ids.add(id);
  return ids;
}

const ENGINES = {
  sqlite: async () => `sqlite:${join(await temporaryFolder(), 'rollcall.sqlite')}`,
  'better-sqlite3': async () => `better-sqlite3:${join(await temporaryFolder(), 'rollcall.sqlite')}`,
  postgres: async () => {
    postgres ??= await startSystemPostgres();
    return freshDatabaseOn(postgres.url);
  },
} as const;

if (!SYSTEM_POSTGRES) {
  console.log('there is no PostgreSQL of this system (Debian: postgresql): its backup is not tested');
}

describe.each(Object.entries(ENGINES))('a backup on %s', (engine, freshDatabase) => {
  it.skipIf(engine === 'postgres' && !SYSTEM_POSTGRES)(
    'taken under 1,000 writes a second has every acknowledged write up to its position, and nothing half; a listener reads afresh',
    async () => {
      const databaseUrl = await freshDatabase();
      const process = await startServerProcess({ databaseUrl });
      const server = createServerClient({ url: process.url, secret: SECRET });
      const first = Array.from({ length: FIRST }, (_, index) => ({ id: `first-${index}` }));
      expect(await server.importUsers(first)).toMatchObject({ failed: 0 });
      const listener = new EventCollector(server);
      await listener.ready;

      const writing = startWriting(server);
      await until('the writers have begun', () => writing.acknowledged.size > 100);
      const before = [...writing.acknowledged];
      const folder = await temporaryFolder();
      const file = join(folder, 'a.backup');
      const begun = performance.now();
      const backup = await rollcall(['backup', file], databaseUrl);
      const tookMs = performance.now() - begun;
      const during = writing.acknowledged.size;
      expect({ code: backup.code, err: backup.code === 0 ? '' : backup.err }).toEqual({ code: 0, err: '' });
      await until('they go on', () => writing.acknowledged.size > during + 100);
      await writing.stop();
      const perSecond = Math.round(((during - before.length) * IN_A_CALL * 1000) / tookMs);
      console.log(
        `${engine}: ${backup.said.users} users in ${backup.said.elapsed_ms} ms, beside ${perSecond} writes a second`,
      );
      expect(readdirSync(folder)).toEqual(['a.backup']);

      const place = await freshDatabase();
      const restored = await rollcall(['restore', file], place);
      expect({ code: restored.code, err: restored.code === 0 ? '' : restored.err }).toEqual({
        code: 0,
        err: '',
      });
      const other = await startServerProcess({ databaseUrl: place });
      const there = createServerClient({ url: other.url, secret: SECRET });
      const ids = await allIds(there);

      // Each user is one event: so many are there, and who they are follows from the log of the server that went on.
      const position = Number(backup.said.position.split('.')[1]);
      expect(ids.size).toBe(position);
      expect(backup.said.users).toBe(position);
      await until('the listener has heard of all', () => (listener.positions.at(-1) ?? 0) >= position);
      const upTo = listener.names.filter((_, index) => (listener.positions[index] ?? 0) <= position);
      const expected = upTo.map(name => name.replace('user.created ', ''));
      expect([...ids].filter(id => id.startsWith('call-')).sort()).toEqual(expected.sort());
      for (const call of before) expect(idsOf(call).filter(id => !ids.has(id))).toEqual([]);
      const halves = [...writing.acknowledged].filter(call => {
        const count = idsOf(call).filter(id => ids.has(id)).length;
        return count !== 0 && count !== IN_A_CALL;
      });
      expect(halves).toEqual([]);

      // What the new server writes takes positions that the listener has heard of already.
      const lastEventId = listener.events.at(-1)?.id;
      expect(lastEventId).toBeDefined();
      const resumed = new EventCollector(there, { lastEventId: `${lastEventId}` });
      await until('it is told', () => resumed.names.length > 0);
      await there.upsertUsers([{ id: 'news' }]);
      await until('it hears of what is new', () => resumed.names.includes('user.created news'));
      expect(resumed.names).toEqual(['resync', 'user.created news']);

      const again = await rollcall(['restore', file], place);
      expect(again.code).toBe(2);
      expect(again.err).toMatch(/is there already|is not empty/);
      await resumed.stop();
      await listener.stop();
      for (const one of [server, there]) await one.disconnect();
      for (const one of [process, other]) expect(await one.stop()).toBe(0);
    },
  );
});

describe.skipIf(!SYSTEM_POSTGRES)('a backup of PostgreSQL', () => {
  it('restores everything or nothing: what ends it in the middle leaves the database empty', async () => {
    const from = await ENGINES.postgres();
    const process = await startServerProcess({ databaseUrl: from });
    const server = createServerClient({ url: process.url, secret: SECRET });
    await server.importUsers(Array.from({ length: 2000 }, (_, index) => ({ id: `first-${index}` })));
    const file = join(await temporaryFolder(), 'a.backup');
    expect((await rollcall(['backup', file], from)).code).toBe(0);
    // A type that the backup brings along is there already: the restore fails in its middle.
    const place = await ENGINES.postgres();
    const sql = await openSql(place);
    await sql.query('CREATE TYPE users AS ENUM ()');
    const failed = await rollcall(['restore', file], place);
    expect(failed.code).toBe(2);
    expect(failed.err).toMatch(/error: UNAVAILABLE psql failed: .*"users" already exists/);
    const tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    expect(await sql.query(tables)).toEqual([]);
    await sql.query('DROP TYPE users');
    expect((await rollcall(['restore', file], place)).code).toBe(0);
    expect(await sql.query('SELECT count(*)::integer AS count FROM users')).toEqual([{ count: 2000 }]);
    await sql.close();
    await server.disconnect();
    expect(await process.stop()).toBe(0);
  });

  it('is made and restored with a list of servers, and goes to the one that is the primary', async () => {
    const from = await ENGINES.postgres();
    const standby = await (postgres as SystemPostgres).startStandby();
    const process = await startServerProcess({ databaseUrl: from });
    const server = createServerClient({ url: process.url, secret: SECRET });
    await server.upsertUsers([{ id: 'jane' }]);
    // Nobody listens at the first, and the second takes no writes.
    const listOf = (url: string) =>
      url.replace(/@[^/]+/, hosts => `@127.0.0.1:1,${new URL(standby.url).host},${hosts.slice(1)}`);
    const file = join(await temporaryFolder(), 'a.backup');
    const made = await rollcall(['backup', file], listOf(from));
    expect(made).toMatchObject({ code: 0, said: { users: 1 } });
    const place = await ENGINES.postgres();
    const restored = await rollcall(['restore', file], listOf(place));
    expect(restored).toMatchObject({ code: 0, said: { users: 1 } });
    const sql = await openSql(place);
    expect(await sql.query('SELECT id FROM users')).toEqual([{ id: 'jane' }]);
    await sql.close();
    await server.disconnect();
    expect(await process.stop()).toBe(0);
    await standby.stop();
  });

  it('is made on a standby that is named alone, and not restored to one', async () => {
    const from = await ENGINES.postgres();
    const process = await startServerProcess({ databaseUrl: from });
    const server = createServerClient({ url: process.url, secret: SECRET });
    await server.upsertUsers([{ id: 'jane' }]);
    const standby = await (postgres as SystemPostgres).startStandby();
    const replica = from.replace(/@[^/]+/, `@${new URL(standby.url).host}`);
    const file = join(await temporaryFolder(), 'a.backup');
    const made = await rollcall(['backup', file], replica);
    expect(made).toMatchObject({ code: 0, said: { users: 1 } });
    const refused = await rollcall(['backup', `${file}2`], `${replica}?target_session_attrs=primary`);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('is a standby') });
    const restored = await rollcall(['restore', file], replica);
    expect(restored).toMatchObject({ code: 2, err: expect.stringContaining('is a standby') });
    await server.disconnect();
    expect(await process.stop()).toBe(0);
    await standby.stop();
  });

  it('that is forged runs no program on the machine that restores it', async () => {
    const from = await ENGINES.postgres();
    const process = await startServerProcess({ databaseUrl: from });
    expect(await process.stop()).toBe(0);
    const folder = await temporaryFolder();
    const [file, proof] = [join(folder, 'a.backup'), join(folder, 'proof')];
    // The dump holds this statement as it stands, and psql takes a line with a backslash for a command.
    const statement = `COMMENT ON TABLE public.users IS '${'x'.repeat(200)}';`;
    const sql = await openSql(from);
    await sql.query(statement);
    await sql.close();
    expect((await rollcall(['backup', file], from)).code).toBe(0);
    const content = readFileSync(file);
    const at = content.indexOf(statement);
    expect(at).toBeGreaterThan(0);
    content.write(`\n\\! touch ${proof}\n`.padEnd(statement.length), at);
    writeFileSync(file, sealedAgain(content));
    const place = await ENGINES.postgres();
    const restored = await rollcall(['restore', file], place);
    expect(existsSync(proof)).toBe(false);
    expect(restored.code).toBe(2);
    expect(restored.err).toMatch(/error: UNAVAILABLE psql failed: .*restrict/);
    const other = await openSql(place);
    const tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    expect(await other.query(tables)).toEqual([]);
    await other.close();
  });
});

/** A changed backup with the checksum of what it is now: anybody can make one. */
function sealedAgain(content: Buffer): Buffer {
  const checked = content.subarray(0, -65);
  return Buffer.from(
    `${checked.toString('latin1')}${createHash('sha256').update(checked).digest('hex')}\n`,
    'latin1',
  );
}
