import { readFile } from 'node:fs/promises';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { LIMITS } from '@rollcall/protocol';
import { startRestartablePostgres } from '@rollcall/testing';
import { describe, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { seededRandom } from '../support/seeded-random.js';
import { until } from '../support/until.js';
import { WebhookReceiver } from '../support/webhooks/webhook-receiver.js';

/** `ROLLCALL_TEST_ROUNDS=10` and more send 100,000 events, with ten kills. */
const IS_LONG = Number(process.env.ROLLCALL_TEST_ROUNDS ?? 1) >= 10;
const EVENTS = IS_LONG ? 100_000 : 6000;
const KILLS = IS_LONG ? 10 : 3;
const USERS = 200;
const MIB = 1024 * 1024;
const LOCAL = { ROLLCALL_WEBHOOK_ALLOWED_ADDRESSES: '127.0.0.1' };

/** Changes users in turn, a hundred at a time, so that each has its steps in order. */
async function write(server: ServerClient, count: number, from = 0): Promise<void> {
  for (let done = from; done < from + count; done += 100) {
    const step = Math.floor(done / USERS);
    const first = done % USERS;
    await server.upsertUsers(
      Array.from({ length: 100 }, (_, index) => ({ id: `user-${first + index}`, name: `step ${step}` })),
    );
  }
}

async function residentBytes({ pid }: ServerProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** What a receiver notes of what it accepted. The requests themselves would fill the memory of the test. */
class Notes {
  /** By number: the id, and how often it came. */
  readonly byNumber = new Map<number, { id: string; times: number }>();
  /** The last number of each user that came for the first time. */
  readonly #last = new Map<string, number>();
  readonly outOfOrder: string[] = [];
  readonly otherIds: number[] = [];

  constructor(receiver: WebhookReceiver) {
    receiver.react = ({ id, sequence, user = '' }) => {
      receiver.requests.splice(0);
      const known = this.byNumber.get(sequence);
      if (known) {
        known.times += 1;
        if (known.id !== id) this.otherIds.push(sequence);
        return { status: 200 };
      }
      this.byNumber.set(sequence, { id, times: 1 });
      const last = this.#last.get(user) ?? 0;
      if (sequence < last) this.outOfOrder.push(`${user}: ${sequence} after ${last}`);
      this.#last.set(user, sequence);
      return { status: 200 };
    };
  }

  get doubled(): number {
    return [...this.byNumber.values()].filter(({ times }) => times > 1).length;
  }

  /** The numbers up to the last one that never came. */
  get missing(): number[] {
    const most = Math.max(0, ...this.byNumber.keys());
    return Array.from({ length: most }, (_, index) => index + 1).filter(one => !this.byNumber.has(one));
  }
}

describe('a sender of webhooks that is killed again and again', () => {
  it('delivers each of very many events, in order for each user, in memory that stays flat', async () => {
    const random = seededRandom('webhooks');
    const process = await startServerProcess({ env: LOCAL });
    const server = createServerClient({ url: process.url, secret: SECRET });
    const receiver = await WebhookReceiver.start();
    const notes = new Notes(receiver);
    const { webhook } = await server.createWebhook({
      url: receiver.url,
      types: ['user.created', 'user.updated'],
    });
    // The first events warm up what is compiled and cached.
    await write(server, 1000);
    await until('they came', () => notes.byNumber.size === 1000);
    const before = await residentBytes(process);
    await server.disableWebhook(webhook.id);
    await write(server, EVENTS - 1000, 1000);
    await server.enableWebhook(webhook.id);
    const startedAt = performance.now();
    // The second half is for one process, whose memory shows whether what it has sent stays in it.
    for (let kill = 1; kill <= KILLS; kill++) {
      const far = 1000 + ((EVENTS / 2 - 1000) * kill) / KILLS;
      await until('it gets on', () => notes.byNumber.size >= far, 600_000);
      await new Promise(resolve => setTimeout(resolve, random() * 50));
      await process.crash();
      await process.restart();
    }
    const memory = new Map<'third quarter' | 'last quarter', number>();
    const watch = setInterval(async () => {
      const quarter = notes.byNumber.size < EVENTS * 0.75 ? 'third quarter' : 'last quarter';
      memory.set(quarter, Math.max(memory.get(quarter) ?? 0, await residentBytes(process)));
    }, 20);
    await until('all came', () => notes.byNumber.size === EVENTS, 600_000);
    const seconds = (performance.now() - startedAt) / 1000;
    clearInterval(watch);
    const [third = 0, last = 0] = [memory.get('third quarter'), memory.get('last quarter')];
    console.log(
      `${EVENTS} events, ${KILLS} kills, ${notes.doubled} came twice, ${Math.round(EVENTS / seconds)} a second; resident memory ${Math.round(before / MIB)} MiB before, ${Math.round(third / MIB)} MiB at most in the third quarter, ${Math.round(last / MIB)} MiB in the last`,
    );
    expect(notes.missing).toEqual([]);
    expect(notes.outOfOrder).toEqual([]);
    expect(notes.otherIds).toEqual([]);
    // At most a turn of deliveries was under way at each kill.
    expect(notes.doubled).toBeLessThanOrEqual(KILLS * 200);
    expect(third).toBeGreaterThan(0);
    // The engine's own heap wanders by some 25 MiB. Two kilobytes that stay of each delivery of a quarter are 50 in the long
    // form; the short one has too few deliveries to show that.
    expect(last - third).toBeLessThan(40 * MIB);
    expect(last - before).toBeLessThan(160 * MIB);
    await until('it is stored', async () => (await server.getWebhook(webhook.id)).sequence === EVENTS);
    await server.disconnect();
    expect(await process.stop()).toBe(0);
    await receiver.stop();
  });

  it('is followed by another process on the same PostgreSQL, which goes on where it was', async () => {
    const postgres = await startRestartablePostgres();
    const processes = await Promise.all(
      [1, 2].map(() => startServerProcess({ databaseUrl: postgres.url, env: LOCAL })),
    );
    const [first, second] = processes as [ServerProcess, ServerProcess];
    const server = createServerClient({ url: second.url, secret: SECRET });
    const receivers = await Promise.all([1, 2, 3].map(() => WebhookReceiver.start()));
    const notes = receivers.map(receiver => new Notes(receiver));
    for (const { url } of receivers)
      await server.createWebhook({ url, types: ['user.created', 'user.updated'] });
    await write(server, 1000);
    await until('some came', () => notes.every(({ byNumber }) => byNumber.size > 100));
    await first.crash();
    await write(server, 1000, 1000);
    await until('all came', () => notes.every(({ byNumber }) => byNumber.size === 2000), 120_000);
    for (const { missing, outOfOrder, otherIds } of notes) {
      expect({ missing, outOfOrder, otherIds }).toEqual({ missing: [], outOfOrder: [], otherIds: [] });
    }
    await server.disconnect();
    expect(await second.stop()).toBe(0);
    await Promise.all(receivers.map(receiver => receiver.stop()));
    await postgres.stop();
  });
});

describe('a receiver that behaves badly', () => {
  it('and answers slowly, lies, breaks off or asks for time gets all in order, and holds up nobody but its own users', async () => {
    const random = seededRandom('webhooks-bad');
    const process = await startServerProcess({ env: LOCAL });
    const server = createServerClient({ url: process.url, secret: SECRET });
    const [good, bad] = await Promise.all([WebhookReceiver.start(), WebhookReceiver.start()]);
    const [goodNotes, badNotes] = [new Notes(good), new Notes(bad)];
    const accept = bad.react;
    const known = new Set<string>();
    let isSilent = true;
    bad.react = async request => {
      if (request.user === 'user-0' && isSilent) return 'never';
      if (known.has(request.id)) return accept(request);
      known.add(request.id);
      const dice = random();
      if (dice < 0.04) return { status: 500, body: 'x'.repeat(100_000) };
      if (dice < 0.08) return { status: 302, headers: { location: good.url } };
      if (dice < 0.1) return { status: 429, headers: { 'retry-after': '1' } };
      if (dice < 0.12) await new Promise(resolve => setTimeout(resolve, 3000));
      const accepted = await accept(request);
      // It has taken it, and its answer does not arrive: it gets it again.
      if (dice < 0.2) return 'broken off';
      return typeof accepted === 'string' ? accepted : { ...accepted, body: 'error: I did not take it' };
    };
    for (const { url } of [good, bad])
      await server.createWebhook({ url, types: ['user.created', 'user.updated'] });
    await write(server, 3 * USERS);
    await until('the good one has all', () => goodNotes.byNumber.size === 3 * USERS, 10_000);
    const badOne = async () => (await server.listWebhooks())[1];
    await until(
      'the bad one has all but what it does not answer',
      async () => (await badOne())?.sequence === 3 * USERS && (await badOne())?.waiting === 3,
      300_000,
    );
    // The numbers of what did not come are gaps that it sees.
    const { deliveries } = await server.listWebhookDeliveries((await badOne())?.id ?? '', {
      status: 'pending',
    });
    const waiting = deliveries.map(({ sequence = 0 }) => sequence).toSorted((a, b) => a - b);
    expect(deliveries.every(one => one.user_id === 'user-0')).toBe(true);
    expect(badNotes.missing).toEqual(waiting);
    isSilent = false;
    await server.retryWebhookDelivery(deliveries.at(-1)?.id ?? '');
    await until('it has the rest', () => badNotes.byNumber.size === 3 * USERS);
    console.log(`${badNotes.doubled} came twice to the bad one`);
    for (const { missing, outOfOrder, otherIds } of [goodNotes, badNotes]) {
      expect({ missing, outOfOrder, otherIds }).toEqual({ missing: [], outOfOrder: [], otherIds: [] });
    }
    expect(goodNotes.doubled).toBe(0);
    await server.disconnect();
    expect(await process.stop()).toBe(0);
    await Promise.all([good.stop(), bad.stop()]);
  });

  it('and never answers, fifty times less one, holds up no call, and not the one that answers', async () => {
    const process = await startServerProcess({ env: LOCAL });
    const server = createServerClient({ url: process.url, secret: SECRET });
    const [good, bad] = await Promise.all([WebhookReceiver.start(), WebhookReceiver.start()]);
    const notes = new Notes(good);
    let most = 0;
    bad.react = () => {
      most = Math.max(most, bad.requests.length);
      return 'never';
    };
    await write(server, 1000);
    for (let index = 0; index < LIMITS.webhooks - 1; index++) await server.createWebhook({ url: bad.url });
    await server.createWebhook({ url: good.url, types: ['user.updated'] });
    const before = await residentBytes(process);
    const times: number[] = [];
    const endAt = performance.now() + 20_000;
    let written = 1000;
    while (performance.now() < endAt) {
      const startedAt = performance.now();
      await server.upsertUser({ id: `user-${written % USERS}`, name: `single ${written}` });
      times.push(performance.now() - startedAt);
      written += 1;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    await until('the good one has all', () => notes.byNumber.size === written - 1000, 30_000);
    const after = await residentBytes(process);
    const p99 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;
    console.log(
      `${most} requests hung; ${times.length} calls, p99 ${Math.round(p99)} ms; resident memory ${Math.round(before / MIB)} MiB before, ${Math.round(after / MIB)} MiB after`,
    );
    expect(most).toBeGreaterThan(49 * 7);
    expect(p99).toBeLessThan(250);
    expect(after - before).toBeLessThan(150 * MIB);
    expect(notes.missing).toEqual([]);
    await server.disconnect();
    expect(await process.stop()).toBe(0);
    await Promise.all([good.stop(), bad.stop()]);
  });
});
