import { createServerClient, type User } from '@rollcall/client/server';
import { freshDatabaseUrl, type TestEngine } from '@rollcall/testing';
import { afterEach, expect, it } from 'vitest';
import { makeDirectoryOfStates, OWN_ROLE } from '../support/data/directory-of-states.js';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

const PEOPLE = Number(process.env.ROLLCALL_TEST_MOVING_USERS ?? 300);

const running: { stop(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

async function serverOn(engine: TestEngine['name']) {
  const server: ServerProcess = await startServerProcess({ databaseUrl: await freshDatabaseUrl(engine) });
  const client = createServerClient({ url: server.url, secret: SECRET });
  running.push({ stop: () => client.disconnect() }, server);
  return { url: server.url, client };
}

type Client = Awaited<ReturnType<typeof serverOn>>['client'];

/** Everybody, as `rollcall export` writes it: one line of JSON each, in the order of the ids. */
async function exported(client: Client): Promise<string[]> {
  const lines: string[] = [];
  const all = { include_deactivated_users: true };
  for await (const user of client.queryUsersAll({}, [{ field: 'id', direction: 1 }], all)) {
    lines.push(JSON.stringify(user));
  }
  return lines;
}

/** What an import does not bring along: it belongs to the directory, not to the user. */
function lasting({ revision, updated_at, online, avg_response_time, ...user }: User): object {
  return user;
}

it.each(['sqlite3', 'better-sqlite3', 'postgres'] as const)(
  'gives a directory in every state back as it was, field by field: %s',
  async engine => {
    const source = await serverOn(engine);
    await makeDirectoryOfStates(source.client, { url: source.url, people: PEOPLE });
    const lines = await exported(source.client);
    const users = lines.map(line => JSON.parse(line) as User);
    const count = (holds: (user: User) => unknown) => users.filter(holds).length;
    // The directory has what it is meant to have.
    expect(users).toHaveLength(PEOPLE);
    expect(count(user => user.banned && user.ban_expires === undefined)).toBeGreaterThan(PEOPLE / 20);
    expect(count(user => user.banned && user.ban_expires)).toBeGreaterThan(PEOPLE / 20);
    expect(count(user => user.shadow_banned)).toBeGreaterThan(PEOPLE / 20);
    expect(count(user => user.deactivated_at)).toBeGreaterThan(PEOPLE / 20);
    expect(count(user => user.revoke_tokens_issued_before)).toBeGreaterThan(PEOPLE / 20);
    expect(count(user => user.devices?.length === 2)).toBeGreaterThan(PEOPLE / 20);
    expect(count(user => (user.blocked_user_ids?.length ?? 0) > 3)).toBeGreaterThan(PEOPLE / 20);
    expect(count(user => user.teams_role)).toBeGreaterThan(PEOPLE / 20);
    expect(count(user => user.last_active)).toBeGreaterThan(5);

    const target = await serverOn(engine);
    await target.client.createRole(OWN_ROLE);
    const startedAt = performance.now();
    const result = await target.client.importUsers(users, { as_is: true });
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`${engine}: ${Math.round(PEOPLE / seconds)} users a second are written as they are`);
    expect(result).toEqual({ created: PEOPLE, updated: 0, unchanged: 0, failed: 0 });
    const moved = (await exported(target.client)).map(line => JSON.parse(line) as User);
    expect(moved.map(lasting)).toEqual(users.map(lasting));

    const blocker = users.find(user => (user.blocked_user_ids?.length ?? 0) > 3) as User;
    const blocks = async (client: Client) =>
      (await client.getBlockedUsers(blocker.id)).map(block => block.user_id);
    expect(new Set(await blocks(target.client))).toEqual(new Set(await blocks(source.client)));
    expect(await blocks(target.client)).toEqual(blocker.blocked_user_ids?.toReversed());

    // Once more changes nothing, and is told to nobody.
    const { position } = await target.client.queryUsers({}, [], { limit: 1 });
    const events = new EventCollector(target.client, { lastEventId: position });
    const again = await target.client.importUsers(users, { as_is: true });
    expect(again).toEqual({ created: 0, updated: 0, unchanged: PEOPLE, failed: 0 });
    await target.client.upsertUser({ id: 'the-end' });
    await events.count(1);
    expect(events.names).toEqual(['user.created the-end']);
    await events.stop();
  },
);
