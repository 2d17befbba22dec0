import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { actOnUsersOptionsSchema, banUserSchema, userActionSchema } from '@rollcall/protocol/schemas';
import { freshDatabaseUrl } from '@rollcall/testing';
import { parseDatabaseUrl } from '../../../src/database/database-address.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { FileLock } from '../../../src/database/sqlite-file.js';
import { openSqlite } from '../../../src/database/sqlite-sources.js';
import { insertRows } from '../../../src/database/table.js';
import { type Directory, openDirectory } from '../../../src/directory.js';
import { writeLog } from '../../../src/events/stored-log.js';
import { isCustomIndexName } from '../../../src/query/custom-index-name.js';
import { type Dump, StoredData, type StoredRow } from '../life-cycle/stored-data.js';
import { makeWorld } from '../life-cycle/world.js';
import { bookmarkOf, bookmarks, bookmarkTable } from '../products/bookmarks-fixture.js';
import { openTestDirectory, SERVER } from '../test-directory.js';
import { TestReceiver } from '../webhooks/test-receiver.js';

/** Numbers and names that engines tend to change. */
const HARD_CUSTOM = {
  huge: 1e300,
  tiny: 5e-324,
  tenth: 0.1,
  exact: 9007199254740991,
  rounded: Number('12345678901234567890'),
  nothing: null,
  zero: 0,
  ключ: ['é', '\u{1F600}', '\u0001', '"\\/'],
  nested: { b: [1, { a: 2 }], a: {} },
};

/** Opens the directory with the example product. Tasks do not run. */
export function openWithBookmarks(databaseUrl: string, runTasks = false): Promise<Directory> {
  return openDirectory({
    databaseUrl,
    runTasks,
    products: [bookmarks],
    onError: error => {
      throw error;
    },
  });
}

/**
 * Makes an embedded installation with everything: users and content in all states of the life cycle, moderation,
 * devices, settings, roles, exports, the content of an operator's product, and tasks in each state.
 * @returns its URL. Nothing has it open.
 */
export async function populatedInstallation(name: 'sqlite3' | 'better-sqlite3'): Promise<string> {
  const url = await freshDatabaseUrl(name);
  const directory = await openTestDirectory(
    { migratedUrl: async () => url },
    { runTasks: true, webhookSender: new TestReceiver() },
  );
  await makeWorld(directory, 'a');
  const { jane, bob } = await makeWorld(directory, 'b');
  const { settings, roles, moderation, blocks, devices, users, tokens, lifeCycle } = directory;
  await roles.create(SERVER, 'librarian');
  await settings.update(SERVER, { indexed_custom_fields: ['exact'], grants: { librarian: ['read-users'] } });
  await users.upsert(SERVER, [
    { id: 'Hard', name: 'Ünïcode \u{1F600} name', custom: HARD_CUSTOM },
    ...Array.from({ length: 80 }, (_, index) => ({ id: `user-${index}`, role: 'librarian' })),
  ]);
  await moderation.ban(
    SERVER,
    { kind: 'server' },
    banUserSchema.parse({ id: 'user-1', reason: 'rude', timeout: 60 }),
  );
  await moderation.ban(SERVER, { kind: 'server' }, banUserSchema.parse({ id: 'user-2', shadow: true }));
  await blocks.block(SERVER, { kind: 'server' }, { userId: 'user-3', id: 'user-4' });
  await devices.add(SERVER, 'user-5', { id: 'phone', push_provider: 'apn' });
  await tokens.revoke(SERVER, { ids: ['user-6'], before: 1_700_000_000_000 });
  const modes = [
    { ids: [jane], user: 'hard', messages: 'hard', conversations: 'hard' },
    { ids: [bob], user: 'pruning', messages: 'pruning' },
    { ids: ['user-7'], user: 'soft', messages: 'soft' },
  ] as const;
  for (const deletion of modes) {
    await directory.ended(await lifeCycle.deleteUsers(SERVER, { ...deletion, ids: [...deletion.ids] }));
  }
  const { webhook } = await directory.webhooks.create({
    url: 'https://shop.example/hooks?key=ü',
    types: ['user.created'],
    filter: { role: 'admin' },
    rate_limit: 5,
    description: 'the shop',
  });
  await directory.webhooks.test(webhook.id);
  await directory.webhooks.disable(SERVER, webhook.id);
  const keyed = { key: 'order-4711', procedure: 'users.upsert', input: { users: [{ id: 'user-15' }] } };
  await directory.idempotency.once(keyed, async () => ({
    users: { 'user-15': { id: 'user-15', name: 'ü' } },
  }));
  await directory.idempotency.once({ ...keyed, userId: 'user-16' }, async () => ({}));
  const read = { user_id: 'user-17', id: 'read', verb: 'reads', object: 'dune', custom: {} };
  await directory.idempotency.once({ ...keyed, key: 'read' }, async () => ({
    activity: (await directory.feeds.addActivity(read)).activities[0],
  }));
  const cancelled = await lifeCycle.deactivateUsers(SERVER, ['user-8'], false);
  await directory.tasks.cancel(SERVER, cancelled);
  directory.presence.connected('user-9');
  await directory.close();

  // Tasks without a worker: pending ones, with waiting cascades, and one whose worker was killed.
  const idle = await openWithBookmarks(url);
  await idle.lifeCycle.deleteUsers(SERVER, { ids: ['user-10'], user: 'pruning', messages: 'hard' });
  await idle.lifeCycle.deactivateUsers(SERVER, ['user-11', 'user-12'], true);
  await idle.actions.act(
    SERVER,
    {
      filter: { id: { $in: ['user-13', 'user-14'] } },
      action: userActionSchema.parse({ type: 'deactivate' }),
      options: actOnUsersOptionsSchema.parse({ expected: { count: 2 } }),
    },
    { rights: { server: true } },
  );
  await idle.close();
  const stored = await StoredData.open(url);
  await stored.run(
    `UPDATE tasks SET status = 'running', fence = 3, tries = 1, lease_until = 4000000000000, started_at = 5
      WHERE type = 'users.deactivate' AND status = 'pending'`,
  );
  await stored.run(`UPDATE users SET online = true WHERE id = 'user-9'`);
  await stored.run('UPDATE webhook_endpoints SET lease_until = 4000000000000, fence = 3');
  await stored.run(`INSERT INTO nodes (id, started_at, lease_until) VALUES ('gone', 1, 2)`);
  await stored.close();
  const database = await openDatabase(parseDatabaseUrl(url), { owners: [bookmarks] }, writeLog);
  const rows = Array.from({ length: 3000 }, (_, number) => bookmarkOf('user-1', number));
  await database.unitOfWork.write(transaction => insertRows(transaction, bookmarkTable, rows));
  await database.close();
  return url;
}

/** Locks an embedded database, as a server that works on it does. */
export function holdAsServer(url: string): Promise<FileLock> {
  const address = parseDatabaseUrl(url);
  if (address.engine === 'postgres') throw new Error('no embedded database');
  return FileLock.acquire(address.file, file => openSqlite({ ...address, file }, 'lock', []));
}

/** A digest of the file of an embedded database. */
export async function digestOf(url: string): Promise<string> {
  const content = await readFile(url.replace(/^[a-z0-9-]+:/, ''));
  return createHash('sha256').update(content).digest('hex');
}

/** Everything that is stored, except what a copy leaves behind. */
export async function dumpOf(url: string): Promise<Dump> {
  const stored = await StoredData.open(url);
  try {
    const {
      migrations,
      copies,
      nodes,
      node_users,
      presence_changes,
      presence_stream,
      past_epochs,
      user_teams,
      user_words,
      ...rest
    } = await stored.dump();
    for (const row of Object.values(rest.app_settings ?? {})) row.settings = parsed(row.settings);
    // The target is on a timeline of its own.
    for (const row of Object.values(rest.event_stream ?? {})) delete row.timeline;
    // The target makes its own indexes.
    return Object.fromEntries(Object.entries(rest).filter(([table]) => !isCustomIndexName(table)));
  } finally {
    await stored.close();
  }
}

/** The same, as a copy makes it: no user is online, and no worker holds a task. */
export async function dumpAtRest(url: string): Promise<Dump> {
  const dump = await dumpOf(url);
  for (const user of Object.values(dump.users ?? {})) user.online = false;
  for (const task of Object.values(dump.tasks ?? {})) if ('lease_until' in task) task.lease_until = 0;
  for (const webhook of Object.values(dump.webhook_endpoints ?? {})) webhook.lease_until = 0;
  return dump;
}

function parsed(value: StoredRow[string]): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value;
}
