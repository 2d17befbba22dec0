import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packedPackage } from '../support/packed/packed-package.js';

const CLIENT = join(import.meta.dirname, '../../packages/client');
const TRPC = '11.25.2';
const TYPESCRIPT = '7.0.2';
/** The oldest that the page of the client names. */
const LEAST_TYPESCRIPT = '5.7.2';

/** What belongs to the server, and what only the repository itself needs. */
const FORBIDDEN = [
  'typeorm',
  'sqlite3',
  'better-sqlite3',
  'pg',
  'zod',
  '@rollcall/core',
  '@rollcall/router',
  '@rollcall/protocol',
];

const run = promisify(execFile);
const packed = packedPackage('@rollcall/client');
let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'rollcall-packed-'));
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const wanted = [
    packed.tarball,
    `@trpc/client@${TRPC}`,
    `@trpc/server@${TRPC}`,
    `typescript@${TYPESCRIPT}`,
    `least-typescript@npm:typescript@${LEAST_TYPESCRIPT}`,
  ];
  await run(
    'npm',
    ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', ...wanted],
    {
      cwd: project,
    },
  );
  await mkdir(join(project, 'src'));
  await writeFile(join(project, 'src', 'program.ts'), PROGRAM);
  const custom = join(import.meta.dirname, '../support/typed-custom-data.ts');
  await writeFile(join(project, 'src', 'typed-custom-data.ts'), await readFile(custom));
});

afterAll(() => rm(project, { recursive: true, force: true }));

it('holds what it exports and nothing of the repository', () => {
  const pages = ['README.md', 'CHANGELOG.md', 'connection.md', 'LICENSE'];
  expect(packed.files).toEqual(
    expect.arrayContaining(['package.json', 'dist/index.js', 'dist/server.js', 'dist/tables.js', ...pages]),
  );
  expect(
    packed.files.filter(
      path => !path.startsWith('dist/') && path !== 'package.json' && !pages.includes(path),
    ),
  ).toEqual([]);
});

it('installs without the server, its database or its schemas', async () => {
  const installed = await packagesIn(join(project, 'node_modules'));
  expect(installed).toEqual(expect.arrayContaining(['@rollcall/client', '@trpc/client', '@trpc/server']));
  expect(installed.filter(name => FORBIDDEN.includes(name))).toEqual([]);
});

it('names the oldest TypeScript on its page', async () => {
  expect(await readFile(join(CLIENT, 'README.md'), 'utf8')).toContain(
    `TypeScript ${LEAST_TYPESCRIPT} or newer`,
  );
});

const RESOLUTIONS = [
  ['as Node resolves it', { module: 'nodenext', moduleResolution: 'nodenext' }],
  ['as a bundler resolves it', { module: 'esnext', moduleResolution: 'bundler' }],
] as const;

const COMPILERS = ['typescript', 'least-typescript'];

/** What a compiler prints about the programs in a folder of the project. */
async function compile(typescript: string, folder: string, options: object): Promise<string> {
  const compilerOptions = { target: 'es2022', strict: true, noEmit: true, types: [], ...options };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: [folder] }));
  const compiler = join(project, 'node_modules', typescript, 'bin', 'tsc');
  const result = await run(process.execPath, [compiler, '-p', project]).catch(error => error);
  return result.stdout;
}

/** The same about one program. */
async function compileProgram(typescript: string, program: string, options: object = {}): Promise<string> {
  await mkdir(join(project, 'one'), { recursive: true });
  await writeFile(join(project, 'one', 'program.ts'), program);
  return compile(typescript, 'one', { ...RESOLUTIONS[0][1], skipLibCheck: true, ...options });
}

it.each(
  COMPILERS.flatMap(compiler => RESOLUTIONS.map(([how, options]) => [compiler, how, options] as const)),
)('type-checks in an empty project, library types included: %s, %s', async (typescript, _, resolution) => {
  expect(await compile(typescript, 'src', { ...resolution, skipLibCheck: false })).toBe('');
});

const CUSTOM_PROGRAM = (custom: string, calls: string) => `
  import type { Client } from '@rollcall/client';
  ${custom}
  declare const client: Client<Custom>;
  ${calls}
  export {};`;

it.each(COMPILERS)('says which name is wrong in a path, and what there is: %s', async typescript => {
  const program = CUSTOM_PROGRAM(
    'interface Custom { age?: number; address: { city: string } }',
    `client.queryUsers({ aeg: 18 });
     client.queryUsers({ age: { $gte: '18' } });
     client.queryUsers({}, [{ field: 'adress.city', direction: 1 }]);
     client.partialUpdateUser({ id: 'jane', set: { aeg: 18 }, unset: ['adress'] });`,
  );
  const said = await compileProgram(typescript, program, { noErrorTruncation: true });
  const errors = said.split('\n').filter(line => line.includes(': error '));
  expect(errors).toEqual([
    expect.stringContaining("'aeg' does not exist in type 'FilterOf<Custom>'"),
    expect.stringContaining("'string' is not assignable to type 'number'"),
    expect.stringMatching(
      /"adress.city".* is not assignable to type .*"custom.address.city".*"address.city"/,
    ),
    expect.stringContaining("'aeg' does not exist in type 'WritablePaths<Custom>'"),
    expect.stringMatching(/"adress".* is not assignable to type .*"address"/),
  ]);
});

/** 40 names, every fourth with 4 objects of 3 fields. */
const WIDE = `interface Custom { ${Array.from({ length: 40 }, (_, name) =>
  name % 4
    ? `a${name}: ${['string', 'number', 'string[]'][name % 3]}`
    : `a${name}?: { ${[1, 2, 3, 4].map(at => `b${at}?: { x: string; y?: number; z: 'p' | 'q' }`).join('; ')} }`,
).join('; ')} }`;

/** Kinds of nodes that lie in each other, as in a text with a form. */
const DOCUMENT = `
  interface Text { kind: 'text'; text: string } interface Link { kind: 'link'; content: Text[]; to: string }
  interface Line { kind: 'line'; content?: (Text | Link)[] } interface List { kind: 'list'; content: Item[] }
  interface Item { kind: 'item'; content: Block[] } interface Row { kind: 'row'; content: Cell[] }
  interface Cell { kind: 'cell'; content: Block[]; span?: number } interface Grid { kind: 'grid'; content: Row[] }
  type Block = Line | List | Grid | { kind: 'box'; content: Block[] };
  interface Folder { name: string; files?: File[]; folders?: Folder[]; up?: Folder } interface File { in?: Folder; size: number }
  interface Custom { document?: { content: Block[] }; root?: Folder; a1: number }`;

it.each(
  COMPILERS.flatMap(compiler => [
    [compiler, 'of 200 paths', WIDE, 150_000] as const,
    [compiler, 'with types that lie in themselves', DOCUMENT, 1_000_000] as const,
  ]),
)('custom data costs the compiler little: %s, %s', async (typescript, _, custom, most) => {
  const calls = `client.queryUsers({ a1: 5 }, [{ field: 'a1', direction: 1 }]);
    client.partialUpdateUser({ id: 'jane', set: { a1: 5 }, unset: ['a1'] });
    client.watchEvents({ filter: { a1: { $gte: 5 } } });`;
  const said = await compileProgram(typescript, CUSTOM_PROGRAM(custom, calls), {
    extendedDiagnostics: true,
  });
  expect(said).not.toContain('error');
  const instantiations = Number(/Instantiations:\s+(\d+)/.exec(said)?.[1]);
  console.info(`custom data, ${typescript}: ${instantiations} instantiations`);
  expect(instantiations).toBeLessThan(most);
});

it('runs in Node: both entry points share one class of errors', async () => {
  await writeFile(
    join(project, 'run.mjs'),
    `import { createClient, RollcallError } from '@rollcall/client';
     import { createServerClient, RollcallError as OnServers } from '@rollcall/client/server';
     const url = 'http://127.0.0.1:1';
     const server = createServerClient({ url, secret: 'a-secret-of-more-than-thirty-two-bytes' });
     const token = await server.createToken('jane');
     const error = await createClient({ url }).connectUser({ id: 'jane' }, token, { signal: AbortSignal.timeout(500) }).catch(error => error);
     console.log(RollcallError === OnServers, error instanceof RollcallError, error.code, token.split('.').length);`,
  );
  const { stdout } = await run(process.execPath, ['run.mjs'], { cwd: project });
  expect(stdout).toBe('true true UNAVAILABLE 3\n');
});

it('is had by require, too, on every Node that it runs on', async () => {
  await writeFile(
    join(project, 'run.cjs'),
    `const { createClient } = require('@rollcall/client');
     const { createServerClient } = require('@rollcall/client/server');
     console.log(typeof createClient, typeof createServerClient);`,
  );
  const { stdout } = await run(process.execPath, ['run.cjs'], { cwd: project });
  expect(stdout).toBe('function function\n');
});

it('the words about settings and grants are a file of their own, which loads nothing else', async () => {
  const text = await readFile(join(project, 'node_modules/@rollcall/client/dist/tables.js'), 'utf8');
  expect(text).not.toMatch(/^import/m);
  await writeFile(
    join(project, 'tables.mjs'),
    `import { APP_SETTINGS, BUILT_IN_ROLES } from '@rollcall/client/tables';
     console.log(APP_SETTINGS.event_retention_days.default, BUILT_IN_ROLES.join());`,
  );
  const { stdout } = await run(process.execPath, ['tables.mjs'], { cwd: project });
  expect(stdout).toBe('30 user,admin,guest,anonymous\n');
});

async function packagesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.name.startsWith('@')) {
      names.push(...(await readdir(path)).map(name => `${entry.name}/${name}`));
    } else names.push(entry.name);
    names.push(...(await packagesIn(join(path, 'node_modules'))));
  }
  return names;
}

/** A program that uses the surface of both clients; the expected errors show that the types say something. */
const PROGRAM = `
import { type Block, type Client, createClient, type Device, type Filter, RollcallError, type User } from '@rollcall/client';
import { createServerClient, type DeleteUsersOptions, type DeletionPreview, isEnded } from '@rollcall/client/server';
import type { ServerClient, Task, UserExport } from '@rollcall/client/server';
import { APP_SETTINGS, GRANT_MEANINGS, GRANTS } from '@rollcall/client/tables';

interface Custom { book?: string; age?: number; address?: { city: string } }

const filter: Filter = { role: 'admin', age: { $gte: 18 }, $or: [{ banned: true }, { teams: { $contains: 'red' } }] };

export async function page(): Promise<void> {
  const client: Client<Custom> = createClient<Custom>({ url: 'http://localhost:4600', transport: 'auto' });
  const me: User<Custom> = await client.connectUser({ id: 'jane', name: 'Jane', book: 'dune' }, async () => 'token');
  const subscription = client.on('user.updated', event => {
    const book: string | undefined = event.user.custom.book;
    const before = event.changes?.['custom.book']?.before;
    console.log(book, before, event.type satisfies 'user.updated');
  });
  client.on('resync', notice => console.log(notice.id));
  client.on(item => { if (item.type === 'resync') return; console.log(item.actor.type); });
  client.connection.subscribe(state => { if (state.status === 'disconnected') console.log(state.error?.code); });
  await client.watchUsers(['john']);
  const { users, next, position } = await client.queryUsers(filter, [{ field: 'age', direction: -1 }], { watch: true });
  console.log(users[0]?.custom.age?.toFixed(), next, position, me.revision, client.user?.online);
  for await (const user of client.queryUsersAll({ name: { $autocomplete: 'ja' } })) console.log(user.custom.book);
  for await (const event of client.watchEvents({ types: ['user.created'], signal: AbortSignal.timeout(1) })) {
    if (event.type !== 'resync' && 'user' in event) console.log(event.user.custom.age, event.matched?.after);
  }
  await client.partialUpdateUser({ id: 'jane', set: { 'address.city': 'Berlin' }, unset: ['book'] });
  const found = await client.api.users.query.query({ filter, options: {} });
  console.log(found.users.length);
  client.on('user.presence.changed', ({ user: { id, online, last_active } }) => console.log(id, online, last_active));
  await client.queryUsers(filter, [], { presence: true });
  await client.watchUsers(['jim'], { presence: true });
  const blocks: Block[] = (await client.blockUser('john')).blocked_user_ids?.length ? await client.getBlockedUsers() : [];
  console.log(blocks[0]?.user.name, (await client.unblockUser('john')).custom.book);
  const devices: Device[] = await client.addDevice({ id: 'phone', push_provider: 'apn' });
  console.log(devices.length, (await client.getDevices())[0]?.id, await client.removeDevice('phone'));
  console.log((await client.banUser('john', { timeout: 5 })).ban_expires, (await client.queryBannedUsers()).bans[0]?.reason);
  subscription.unsubscribe();
  await client.unwatchUsers(['john']);
  await client.disconnectUser();
  const guest: User<Custom> = await client.setGuestUser({ name: 'A visitor', book: 'dune' });
  await client.connectAnonymousUser();
  console.log(guest.role, client.connection.state.status === 'offline');
  // @ts-expect-error tokens are revoked by back ends
  client.revokeTokens;
  // @ts-expect-error a user blocks in its own name
  await client.blockUser('john', 'jane');
  // @ts-expect-error a type of event that there is not
  client.on('user.exploded', () => undefined);
  // @ts-expect-error custom data has a type
  await client.connectUser({ id: 'jane', book: 7 }, 'token');
  // @ts-expect-error a user token cannot upsert
  client.upsertUser;
}

export async function backEnd(): Promise<void> {
  const server: ServerClient<Custom> = createServerClient<Custom>({ url: 'http://localhost:4600', secret: 'k1:secret' });
  const user = await server.upsertUser({ id: 'jane', role: 'admin', book: 'dune', if_revision: 0 });
  const { users } = await server.upsertUsers([{ id: 'jane', custom: { age: 7 } }]);
  console.log(user.custom.book, users.jane?.custom.age);
  const imported = await server.importUsers([{ id: 'a' }], {
    concurrency: 8,
    onProgress: ({ done, failed, total, batches }) => console.log(done + failed + batches, total),
    onError: async ({ user: bad, error }) => console.log(bad.id, error.code, error.field),
  });
  console.log(imported.created, imported.updated, imported.unchanged, imported.failed);
  const { task_id } = await server.deactivateUsers(['jane'], { mark_messages_deleted: true, created_by_id: 'john' });
  for await (const task of server.watchTask(task_id)) console.log(task.progress.done, isEnded(task.status));
  const ended: Task = await server.waitForTask(task_id);
  console.log(ended.result?.users.jane?.status, (await server.listTasks({ status: 'failed' })).next);
  await server.shadowBan('john', { reason: 'spam', banned_by_id: 'jane', expires_at: Date.now() + 1000 });
  console.log((await server.removeShadowBan('john')).shadow_banned, (await server.unbanUser('john')).banned);
  await server.blockUser('john', 'jane');
  console.log(await server.getBlockedUsers('jane'), await server.getDevices('jane'));
  await server.revokeUserToken('jane', Date.now());
  await server.revokeUsersToken(['jane', 'john'], null);
  await server.revokeTokens(null);
  for await (const { user: here } of server.watchPresence(['jane'], { signal: AbortSignal.timeout(1) })) console.log(here.online);
  // @ts-expect-error a back end says who blocks
  await server.blockUser('john');
  await server.deactivateUser('jane', { mark_messages_deleted: true });
  await server.reactivateUser('jane', { name: 'Jane', restore_messages: true, created_by_id: 'john' });
  await server.reactivateUsers(['jane'], { restore_messages: true });
  const modes: DeleteUsersOptions = { user: 'hard', messages: 'hard', conversations: 'hard', new_channel_owner_id: 'john' };
  const preview: DeletionPreview = await server.previewDeleteUsers(['jane'], modes);
  console.log(preview.users, preview.products.chat?.messages);
  console.log((await server.deleteUser('jane')).task_id, (await server.deleteUsers(['jane', 'jim'], modes)).task_id);
  console.log((await server.restoreUsers(['jim'], { restore_content: true })).task_id);
  const exported: UserExport<Custom> = await server.exportUser('jane');
  console.log(exported.user.custom.book, exported.records.message?.length);
  const { result } = await server.waitForTask((await server.exportUsers(['jane'], { created_by_id: 'john' })).task_id);
  console.log(result?.export?.url, result?.export?.bytes);
  const subscription = server.on('task.progress', event => console.log(event.task.task_id));
  await subscription.ready;
  server.on('app.updated', event => console.log(event.settings.max_custom_bytes));
  await server.updateAppSettings({ enforce_unique_usernames: 'team' });
  const days: number = APP_SETTINGS.event_retention_days.default;
  console.log(days, APP_SETTINGS.grants.does, GRANTS.map(grant => GRANT_MEANINGS[grant]));
  console.log((await server.createRole('editor')).built_in, (await server.listRoles()).length);
  const token: string = await server.createToken('jane', { expires_in: 60 });
  const error: RollcallError = new RollcallError('NOT_ALLOWED', token);
  console.log(error.unrecoverable);
  await server.disconnect();
  // @ts-expect-error neither a secret nor a token
  createServerClient({ url: 'http://localhost:4600' });
  // @ts-expect-error a role is a text
  server.queryUsers({ role: 5 });
  // @ts-expect-error teams are a list: what is in it is asked for with $contains
  server.queryUsers({ teams: { $gt: 'red' } });
  // @ts-expect-error nobody searches by the beginning of a role
  server.queryUsers({ $or: [{ role: { $autocomplete: 'ad' } }] });
  // @ts-expect-error a time is a number or a text
  server.queryUsers({ last_active: { $gte: new Date() } });
  // @ts-expect-error nothing may name an erased user: its messages and conversations go, too
  server.deleteUser('jane', { user: 'hard' });
  // @ts-expect-error only the channels of an erased user need a new owner
  server.deleteUser('jane', { user: 'soft', new_channel_owner_id: 'john' });
  // @ts-expect-error channels of two cannot be pruned
  await server.deleteUsers(['jane'], { conversations: 'pruning' });
  // @ts-expect-error a setting that there is not
  await server.updateAppSettings({ colour: 'red' });
}
`;
