/** A query that takes too long is ended and says what would make it cheaper; nothing else of its caller ends with it. */
import { createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { freshDatabaseUrl } from '@rollcall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

const QUERY_MS = 250;

/** Enough for a filter of many clauses to take many times as long as it may. */
const USERS = 3000;
const TAGS = Array.from({ length: 150 }, (_, index) => ({ street: `street-${index}` }));

/** Nobody matches, so everybody is looked at. */
const EXPENSIVE = {
  $or: Array.from({ length: 48 }, (_, index) => ({
    'tags.street': { $gt: `z-${index}`, $lt: `z-${index}a` },
  })),
};

describe.each(['sqlite3', 'better-sqlite3', 'postgres'] as const)('on %s', engine => {
  let process: ServerProcess;
  let backEnd: ServerClient;
  let client: ReturnType<typeof createClient>;

  beforeAll(async () => {
    process = await startServerProcess({
      databaseUrl: await freshDatabaseUrl(engine),
      env: { ROLLCALL_CLIENT_QUERY_MS: String(QUERY_MS) },
    });
    backEnd = createServerClient({ url: process.url, secret: SECRET });
    const ids = Array.from({ length: USERS }, (_, index) => `person-${index}`);
    await backEnd.upsertUsers([{ id: 'jane' }]);
    for (let first = 0; first < USERS; first += 100) {
      const batch = ids.slice(first, first + 100);
      await backEnd.upsertUsers(batch.map(id => ({ id, custom: { tags: TAGS } })));
    }
    client = createClient({ url: process.url });
    await client.connectUser({ id: 'jane' }, await backEnd.createToken('jane'));
  });
  afterAll(async () => {
    await client.disconnectUser();
    await backEnd.disconnect();
    await process.stop();
  });

  it('says what to index, and its caller stays connected and asks on', async () => {
    const heard: string[] = [];
    const states: string[] = [];
    client.on(event => heard.push(event.type));
    client.connection.subscribe(({ status }) => states.push(status));
    for (let turn = 0; turn < 2; turn++) {
      await expect(client.queryUsers(EXPENSIVE)).rejects.toMatchObject({
        code: 'QUERY_TOO_EXPENSIVE',
        unrecoverable: true,
        message: expect.stringMatching(
          /ran for 0\.25 seconds.*add to the setting indexed_custom_fields what it searches by: tags\.street$/,
        ),
      });
      const { users } = await client.queryUsers({ id: 'jane' });
      expect(users.map(({ id }) => id)).toEqual(['jane']);
      // By name and not by id alone, so that it is a query and no lookup.
      const named = await client.queryUsers({ id: 'person-7', name: { $exists: false } });
      expect(named.users.map(({ id }) => id)).toEqual(['person-7']);
    }
    await backEnd.partialUpdateUser({ id: 'jane', set: { name: 'Jane' } });
    await until('the event has arrived over the connection', async () => heard.includes('user.updated'));
    expect([client.connection.state.status, ...states]).toEqual(['connected']);
  });
});
