import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.mutate('users.upsert', { users: [{ id: 'jane' }] });
});
afterAll(() => server.close());

describe('a subscription over server-sent events', () => {
  it('is served, and breaks off within a second when its user is deactivated', async () => {
    const stream = await open(await tokenOf({ user_id: 'jane' }));
    expect(stream.contentType).toBe('text/event-stream');
    expect(stream.cacheControl).toBe('no-cache, no-transform, no-store');
    await stream.until('"events":[]');
    const deactivatedAt = Date.now();
    await server.mutate('users.deactivate', { id: 'jane' });
    expect(await stream.end).toBe('broken off');
    expect(Date.now() - deactivatedAt).toBeLessThan(1000);
    await server.mutate('users.reactivate', { id: 'jane' });
  });

  it('breaks off when its token expires', async () => {
    const exp = Math.ceil(Date.now() / 1000) + 1;
    const stream = await open(await tokenOf({ user_id: 'jane', exp }));
    await stream.until('"events":[]');
    expect(await stream.end).toBe('broken off');
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000 - 5);
    expect(Date.now()).toBeLessThan(exp * 1000 + 1000);
  });

  it('says what is wrong with a token and ends', async () => {
    const stream = await open('rubbish');
    await stream.until('"code":"TOKEN_INVALID"');
    expect(await stream.end).toBe('over');
  });

  it('says why it is refused, or opens and breaks off, when its user is deactivated meanwhile', async () => {
    const users = Array.from({ length: 20 }, (_, index) => ({ id: `meanwhile-${index}` }));
    await server.mutate('users.upsert', { users });
    const hows: string[] = [];
    for (const { id } of users) {
      const token = await tokenOf({ user_id: id });
      const opening = Array.from({ length: 20 }, async (_, turn) => {
        await delay(turn / 2);
        return open(token);
      });
      await server.mutate('users.deactivate', { id });
      for (const stream of await Promise.all(opening)) {
        const how = await stream.end;
        expect([how, stream.text.includes('USER_DEACTIVATED')]).toEqual([how, how === 'over']);
        hows.push(how);
      }
    }
    expect(hows).toContain('over');
  });

  it('breaks off, to come back, when the server shuts down', async () => {
    const other = await startTestServer();
    await other.mutate('users.upsert', { users: [{ id: 'jane' }] });
    const stream = await open(await tokenOf({ user_id: 'jane' }), other);
    await stream.until('"events":[]');
    await other.close();
    expect(await stream.end).toBe('broken off');
  });
});

async function open(token: string, of: TestServer = server) {
  const response = await fetch(`${of.url}/trpc/live.events`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
  });
  let text = '';
  let noticed = () => {};
  const end = (async () => {
    try {
      for await (const chunk of response.body!) {
        text += Buffer.from(chunk).toString();
        noticed();
      }
      return 'over';
    } catch {
      return 'broken off';
    }
  })();
  return {
    contentType: response.headers.get('content-type'),
    cacheControl: response.headers.get('cache-control'),
    end,
    get text() {
      return text;
    },
    until: async (part: string) => {
      const reached = new Promise<'reached'>(resolve => {
        noticed = () => {
          if (text.includes(part)) resolve('reached');
        };
        noticed();
      });
      const over = end.then(how =>
        Promise.reject(new Error(`the stream was ${how} without ${part}: ${text}`)),
      );
      await Promise.race([
        reached,
        over.catch(error => (text.includes(part) ? 'reached' : Promise.reject(error))),
      ]);
    },
  };
}
