import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { RUNS_WHOLE } from '@rollcall/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

/** How long a token is good, but for up to a second less: its times are whole seconds. */
const LIFE_S = 2;

/** How many tokens a client goes through. */
const TOKENS = RUNS_WHOLE ? 5 : 3;

let server: ServerProcess;
let backEnd: ServerClient;

beforeAll(async () => {
  server = await startServerProcess();
  backEnd = createServerClient({ url: server.url, secret: SECRET });
});

afterAll(async () => {
  await backEnd?.disconnect();
  await server?.stop();
});

/** The ids of events up to the one that has this many before it. What is replayed shows the user as it is now. */
async function ids(
  events: AsyncIterable<{ type: string; id?: string }>,
  count: number,
): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  if (count === 0) return found;
  for await (const event of events) {
    if (event.type === 'user.updated') found.push(event.id);
    if (found.length === count) break;
  }
  return found;
}

it.concurrent.each(['ws', 'sse'] as const)(
  'over %s, tokens that expire again and again lose no event, double none and fail no call',
  async transport => {
    const [me, friend] = [`me-${transport}`, `friend-${transport}`];
    await backEnd.upsertUsers([{ id: me }, { id: friend }]);
    let tokens = 0;
    const client = createClient({ url: server.url, transport });
    const handled: (string | undefined)[] = [];
    client.on('user.updated', event => handled.push(event.id));
    await client.connectUser({ id: me }, () => {
      tokens += 1;
      return backEnd.createToken(me, { expires_in: LIFE_S });
    });
    await client.watchUsers([friend]);
    const stream = client.watchEvents({ user_ids: [friend], types: ['user.updated'] });
    const logged = backEnd.watchEvents({ filter: { id: friend }, types: ['user.updated'] });
    await Promise.all([stream.ready, logged.ready]);

    const began = Date.now();
    let written = 0;
    let calls = 0;
    while (tokens < TOKENS && Date.now() - began < 120_000) {
      written += 1;
      await backEnd.partialUpdateUser({ id: friend, set: { mood: written } });
      if (written % 5 === 0) calls += (await client.queryUsers({ id: friend })).users.length;
      await sleep(20);
    }
    expect(tokens).toBeGreaterThanOrEqual(TOKENS);
    expect(calls).toBe(Math.floor(written / 5));

    const all = await ids(logged, written);
    await until('the last event', () => handled.at(-1) === all.at(-1));
    expect(handled).toEqual(all);
    expect(await ids(stream, written)).toEqual(all);
    await client.disconnectUser();
  },
);
