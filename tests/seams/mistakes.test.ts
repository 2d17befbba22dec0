import { type Client, createClient } from '@rollcall/client';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  CLIENT_METHODS,
  type GoodArgument,
  MAKERS,
  methodsOf,
  SERVER_METHODS,
} from '../support/mistakes/good-arguments.js';
import { makeMistake } from '../support/mistakes/make-mistake.js';
import { type Mistake, mistakesOf } from '../support/mistakes/mistake.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

let server: ServerProcess;
let backEnd: ServerClient;
let client: Client;
const sent = vi.spyOn(globalThis, 'fetch');

beforeAll(async () => {
  server = await startServerProcess();
  backEnd = createServerClient({ url: server.url, secret: SECRET });
  client = createClient({ url: server.url });
  await backEnd.upsertUsers([{ id: 'ann', role: 'admin' }, { id: 'bob' }]);
  await client.connectUser({ id: 'ann' }, await backEnd.createToken('ann'));
});

afterAll(async () => {
  await client?.disconnectUser();
  await backEnd?.disconnect();
  await server?.stop();
  vi.restoreAllMocks();
});

const all = (methods: Record<string, GoodArgument[]>): Mistake[] =>
  Object.entries(methods).flatMap(([method, good]) => mistakesOf(method, good));

it('there are mistakes for every method of both clients', () => {
  expect(methodsOf(client).sort()).toEqual(Object.keys(CLIENT_METHODS).sort());
  expect(methodsOf(backEnd).sort()).toEqual(Object.keys(SERVER_METHODS).sort());
  const count = all(CLIENT_METHODS).length + all(SERVER_METHODS).length + all(MAKERS).length;
  console.info(`${count} mistakes`);
  expect(count).toBeGreaterThan(200);
});

it.each(['importUsers', 'syncUsers'])(
  '%s refuses in a source what upsertUsers refuses in a batch, with row and path, and writes nothing of that row',
  async method => {
    const mistakes = mistakesOf('upsertUsers', SERVER_METHODS.upsertUsers!).filter(
      ({ what, sent }) => what.startsWith('item 1:') && !sent,
    );
    expect(mistakes.length).toBeGreaterThan(6);
    const { position } = await backEnd.queryUsers();
    for (const mistake of mistakes) {
      const { what, names, args } = mistake;
      const expected = await makeMistake(mistake, backEnd);
      const message = expected?.message.replace('(upsertUsers,', `(${method},`);
      // A source that names a user twice is refused for that.
      const users = [{ id: 'ann', role: 'admin' }, (args as [object[]])[0][1]];
      const rest = method === 'syncUsers' ? { missing: 'keep' } : {};
      sent.mockClear();
      const error = await makeMistake({ method, what, names, args: [users, rest] }, backEnd);
      expect(error, what).toMatchObject({ code: 'INPUT_INVALID', message, field: expected?.field, index: 1 });
      expect(sent, what).not.toHaveBeenCalled();

      const failures: unknown[] = [];
      const onError = (failure: object) => void failures.push(failure);
      await makeMistake({ method, what, names, args: [users, { ...rest, onError }] }, backEnd);
      expect(failures, what).toMatchObject([{ index: 1, user: users[1], error: { message, index: 1 } }]);
    }
    expect((await backEnd.queryUsers()).position).toBe(position);
  },
);

describe.each([
  ['a client', CLIENT_METHODS],
  ['a server client', SERVER_METHODS],
  ['what makes the clients', MAKERS],
])(
  'of %s, nothing that cannot be meant is silent or has an effect, and it is sent only in a batch:',
  (of, methods) => {
    it.each(Object.entries(methods).filter(([, good]) => good.length > 0))('%s', async (method, good) => {
      const own = of === 'a client' ? client : backEnd;
      const { position } = await backEnd.queryUsers();
      sent.mockClear();
      for (const mistake of mistakesOf(method, good)) {
        const error = await makeMistake(mistake, own);
        expect(error, mistake.what).toMatchObject({ code: 'INPUT_INVALID', unrecoverable: true });
        const { message } = error!;
        if (mistake.sent) expect(error, mistake.what).toMatchObject({ index: 1 });
        else
          expect(message, mistake.what).toMatch(
            new RegExp(`\\(${method.split('.').at(-1)}(, index \\d)?\\)$`),
          );
        expect(message, mistake.what).toContain(mistake.names);
        expect(message, mistake.what).toMatch(
          /must be|accepted are|begins with|JSON|is in itself|is required|a user id is|a time is|expected /,
        );
      }
      const told = mistakesOf(method, good).filter(mistake => mistake.sent).length;
      expect(sent).toHaveBeenCalledTimes(told);
      expect((await backEnd.queryUsers()).position).toBe(position);
      expect(sent).toHaveBeenCalledTimes(told + 1);
    });
  },
);
