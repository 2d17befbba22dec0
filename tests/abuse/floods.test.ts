/** Callers with no token, or with as many guests as they like: their address counts, and being refused costs little. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AbuseStage, type Outcome, PROMISED } from '../support/abuse/abuse-stage.js';
import { RawSocket } from '../support/abuse/raw-socket.js';

let stage: AbuseStage;
beforeAll(async () => {
  stage = await AbuseStage.open('sqlite3', { ROLLCALL_LOG_LEVEL: 'info' });
  await stage.backEnd.updateAppSettings({ guests_enabled: true, grants: { anonymous: ['read-users'] } });
});
afterAll(async () => {
  expect(await stage.close()).toBe(0);
});

interface Answer {
  status: number;
  code: string | undefined;
  bytes: number;
  token: string | undefined;
}

async function post(path: string, body: string, token?: string): Promise<Answer> {
  const answer = await fetch(`${stage.url}/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body,
  });
  const text = await answer.text();
  const read = JSON.parse(text) as {
    error?: { data: { code: string } };
    result?: { data: { token?: string } };
  };
  return {
    status: answer.status,
    code: read.error?.data.code,
    bytes: text.length,
    token: read.result?.data.token,
  };
}

function expectNobodyFelt(outcome: Outcome): void {
  expect(outcome).toMatchObject({ ready: true, failures: [] });
  expect(outcome.p99Ms).toBeLessThan(PROMISED.p99Ms);
  expect(outcome.grownMiB).toBeLessThan(PROMISED.grownMiB);
}

it('guests that make guests get no more of them than their address may have', async () => {
  const outcome = await stage.during(async () => {
    const tokens: string[] = [];
    let asked = 0;
    for (; asked < 150; asked++) {
      const { token } = await post('users.connectGuest', JSON.stringify({ user: {} }), tokens.at(-1));
      if (token) tokens.push(token);
    }
    expect(tokens.length).toBeLessThanOrEqual(10);
    // All of them together have the allowance of one.
    let answered = 0;
    for (let call = 0; call < 100; call++) {
      const { code } = await post('users.query', '{}', tokens[call % tokens.length]);
      if (code === undefined) answered += 1;
    }
    expect(answered).toBeLessThanOrEqual(60);
  });
  expectNobodyFelt(outcome);
});

it('anonymous connections of one address are as many as those of one user', async () => {
  const outcome = await stage.during(async () => {
    const sockets = await Promise.all(
      Array.from({ length: 120 }, () => RawSocket.open(stage.url, 'anonymous')),
    );
    await sleep(2000);
    const open = sockets.filter(({ closed }) => closed === undefined);
    const codes = new Set(sockets.flatMap(({ closed }) => closed?.code ?? []));
    for (const socket of sockets) socket.end();
    expect(open.length).toBeLessThanOrEqual(50);
    expect([...codes]).toEqual([1013]);
  });
  expectNobodyFelt(outcome);
});

it('a large body that is refused is answered with little', async () => {
  const users = Array.from({ length: 20_000 }, () => ({ id: '!', role: 7, teams: 'x' }));
  const body = JSON.stringify({ users }).slice(0, 1_000_000);
  const whole = `${body.slice(0, body.lastIndexOf('},'))}}]}`;
  const outcome = await stage.during(async () => {
    const [token] = [await stage.backEnd.createToken('person-1')];
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all([
        ...Array.from({ length: 10 }, () => post('users.upsert', whole)),
        ...Array.from({ length: 10 }, () => post('users.partialUpdate', whole, token)),
      ]);
      for (const { status, bytes } of answers) {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(bytes).toBeLessThan(60_000);
      }
    }
  });
  expectNobodyFelt(outcome);
});

it('a body of as many wrong values as a request may have costs the others nothing', async () => {
  const wrong = Object.fromEntries(
    Array.from({ length: 24_000 }, (_, index) => [`$${index}${'x'.repeat(25)}`, 1]),
  );
  const update = JSON.stringify({ users: [{ id: 'person-2', set: { custom: wrong } }] });
  const guest = JSON.stringify({ user: { custom: wrong } });
  const token = await stage.backEnd.createToken('person-2');
  let judged = 0;
  const outcome = await stage.during(async () => {
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all([
        ...Array.from({ length: 4 }, () => post('users.partialUpdate', update, token)),
        post('users.connectGuest', guest),
      ]);
      for (const { status, code, bytes } of answers) {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(bytes).toBeLessThan(60_000);
        if (code === 'INPUT_INVALID') judged += 1;
      }
    }
  });
  // Those that were refused for what they are, and not for their number.
  expect(judged).toBeGreaterThan(30);
  expectNobodyFelt(outcome);
});

it('names that are no procedures are counted, and do not fill the log', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `a${index}`).join(',');
  const before = stage.output().length;
  const outcome = await stage.during(async () => {
    const statuses: number[] = [];
    for (let call = 0; call < 500; call++) {
      const answer = await fetch(`${stage.url}/trpc/${names}?batch=1`);
      statuses.push(answer.status);
      await answer.text();
    }
    expect(statuses.at(-1)).toBe(429);
  });
  expectNobodyFelt(outcome);
  expect(stage.output().length - before).toBeLessThan(20_000);
});
