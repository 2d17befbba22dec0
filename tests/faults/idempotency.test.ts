import { setTimeout as sleep } from 'node:timers/promises';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { startRestartablePostgres } from '@rollcall/testing';
import { describe, expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { startLossyProxy } from '../support/network/lossy-proxy.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { seededRandom } from '../support/seeded-random.js';
import { until } from '../support/until.js';

/** `ROLLCALL_TEST_ROUNDS=10` and more make 10,000 calls, with ten kills. */
const IS_LONG = Number(process.env.ROLLCALL_TEST_ROUNDS ?? 1) >= 10;
const CALLS = IS_LONG ? 10_000 : 1000;
const KILLS = IS_LONG ? 10 : 3;
const AT_ONCE = 16;
const USERS = 20;

/** A call, and what it does that would be seen if it were done twice. */
interface Planned {
  key: string;
  path: string;
  body: object;
}

/**
 * Half of them change a user, all to something else: a repeat that comes late sets the user back. The other half add what has no id
 * of its own: each repeat would be another one.
 */
function plan(): Planned[] {
  return Array.from({ length: CALLS }, (_, number) => {
    const id = `user-${Math.floor(number / 2) % USERS}`;
    const key = `call-${number}`;
    return number % 2 === 0
      ? { key, path: '/api/users', body: { users: [{ id, mark: key }] } }
      : { key, path: '/api/activities', body: { user_id: id, verb: 'mark', object: key } };
  });
}

/** Sends a call until there is an answer to it. @returns how often it was sent, and the text of the answer. */
async function sendUntilAnswered(
  { key, path, body }: Planned,
  { url, token }: { url: string; token: string },
): Promise<{ sent: number; text: string; repeated: boolean }> {
  for (let sent = 1; ; sent++) {
    try {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await response.text();
      const repeated = response.headers.get('idempotency-replayed') === 'true';
      if (response.ok) return { sent, text, repeated };
      // It runs, or the storage cannot be used now. Anything else would be an answer that is wrong.
      if (![409, 503].includes(response.status)) throw new Error(`${response.status} ${text}`);
    } catch (error) {
      if (error instanceof Error && /^\d{3} /.test(error.message)) throw error;
    }
    await sleep(20);
  }
}

/** Sends all calls while processes are killed, one at a time, and looks what came of each. */
async function loseAnswers(processes: readonly ServerProcess[], seed: string): Promise<void> {
  const random = seededRandom(seed);
  const [first] = processes as [ServerProcess];
  const server: ServerClient = createServerClient({ url: first.url, secret: SECRET });
  await server.upsertUsers(Array.from({ length: USERS }, (_, index) => ({ id: `user-${index}` })));
  const { position } = (await server.queryUsers({ id: 'user-0' })) as unknown as { position: string };
  const token = await server.createServerToken();
  const proxy = await startLossyProxy(
    processes.map(({ url }) => url),
    random,
  );
  const calls = plan();
  const answers = new Map<string, string>();
  let sent = 0;
  let repeated = 0;
  let next = 0;
  const startedAt = performance.now();
  const work = async () => {
    while (next < calls.length) {
      const call = calls[next++] as Planned;
      const answer = await sendUntilAnswered(call, { url: proxy.url, token });
      answers.set(call.key, answer.text);
      sent += answer.sent;
      if (answer.repeated) repeated += 1;
    }
  };
  const working = Promise.all(Array.from({ length: AT_ONCE }, work));
  const killing = (async () => {
    for (let kill = 1; kill <= KILLS; kill++) {
      await until('it gets on', () => answers.size >= (CALLS * kill) / (KILLS + 1), 600_000);
      const victim = processes[Math.floor(random() * processes.length)] as ServerProcess;
      await victim.crash();
      await sleep(random() * 100);
      await victim.restart();
    }
  })();
  await Promise.all([working, killing]);
  const seconds = (performance.now() - startedAt) / 1000;
  await proxy.close();
  console.log(
    `${CALLS} calls, ${KILLS} kills, sent ${sent} times, ${repeated} answered with what was kept, ${JSON.stringify(proxy.did)}; ${Math.round(CALLS / seconds)} a second`,
  );

  // Each change is in the log once, and no user has been changed more often than that.
  const changes = calls.filter(({ path }) => path === '/api/users');
  const log = new EventCollector(server, { lastEventId: position, types: ['user.updated'] });
  await log.count(changes.length, 60_000);
  await sleep(500);
  const marks = log.events.map(event => ('user' in event ? event.user.custom.mark : event.type));
  expect(marks.toSorted()).toEqual(changes.map(({ key }) => key).toSorted());
  await log.stop();
  for await (const { revision } of server.queryUsersAll({}))
    expect(revision).toBe(1 + changes.length / USERS);
  // Each activity is there once.
  const activities: string[] = [];
  let page: string | undefined;
  do {
    const found = await server.feeds.queryActivities({
      limit: 100,
      ...(page !== undefined && { next: page }),
    });
    activities.push(...found.activities.map(({ object }) => object));
    page = found.next;
  } while (page !== undefined);
  expect(activities.toSorted()).toEqual(
    calls.flatMap(({ path, key }) => (path === '/api/users' ? [] : [key])).toSorted(),
  );
  // What is asked once more is answered as it was then, by every process.
  for (const { url } of processes) {
    for (const call of calls.filter((_, index) => index % 97 === 0)) {
      const again = await sendUntilAnswered(call, { url, token });
      expect([again.text, again.repeated]).toEqual([answers.get(call.key), true]);
    }
  }
  expect(proxy.did['lost after']).toBeGreaterThan(0);
  await server.disconnect();
}

describe('calls with a key, where answers are lost, requests come again, and processes are killed', () => {
  it('are each carried out once by one process on an embedded database', async () => {
    const process = await startServerProcess();
    await loseAnswers([process], 'idempotency');
    expect(await process.stop()).toBe(0);
  });

  it('are each carried out once by three processes on one PostgreSQL', async () => {
    const postgres = await startRestartablePostgres();
    const processes = await Promise.all(
      [1, 2, 3].map(() => startServerProcess({ databaseUrl: postgres.url })),
    );
    await loseAnswers(processes, 'idempotency-many');
    for (const process of processes) expect(await process.stop()).toBe(0);
    await postgres.stop();
  });
});
