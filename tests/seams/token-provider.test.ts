import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type RollcallEvent } from '@rollcall/client';
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

const moodOf = (event: RollcallEvent) =>
  event.type === 'user.updated' ? Number(event.user.custom.mood) : undefined;

it.concurrent.each(['ws', 'sse'] as const)(
  'over %s, tokens that expire again and again lose no event, double none and fail no call',
  async transport => {
    const [me, friend] = [`me-${transport}`, `friend-${transport}`];
    await backEnd.upsertUsers([{ id: me }, { id: friend }]);
    let tokens = 0;
    const client = createClient({ url: server.url, transport });
    const handled: (number | undefined)[] = [];
    client.on('user.updated', event => handled.push(moodOf(event)));
    await client.connectUser({ id: me }, () => {
      tokens += 1;
      return backEnd.createToken(me, { expires_in: LIFE_S });
    });
    await client.watchUsers([friend]);
    const stream = client.watchEvents({ user_ids: [friend], types: ['user.updated'] });
    await stream.ready;

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

    await until('the last event', () => handled.at(-1) === written);
    const streamed: (number | undefined)[] = [];
    for await (const event of stream) {
      if (event.type !== 'resync') streamed.push(moodOf(event));
      if (streamed.at(-1) === written) break;
    }
    const all = Array.from({ length: written }, (_, index) => index + 1);
    expect(handled).toEqual(all);
    expect(streamed).toEqual(all);
    await client.disconnectUser();
  },
);
