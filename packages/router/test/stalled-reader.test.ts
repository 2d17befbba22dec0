import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Directory, openDirectory } from '@rollcall/core';
import { formatPosition } from '@rollcall/protocol';
import { afterEach, expect, it } from 'vitest';
import type { Caller } from '../src/caller.js';
import { streamEvents } from '../src/stream-events.js';
import { Listener } from './support/listener.js';

const ACTOR = { type: 'server' } as const;
const SERVER: Caller = { kind: 'server', actor: ACTOR };

let directory: Directory;
afterEach(() => directory.close());

it('readers who take no page that was made for them keep nobody else from catching up', async () => {
  const databaseUrl = `sqlite:${join(await mkdtemp(join(tmpdir(), 'rollcall-test-')), 'log.sqlite')}`;
  const before = await openDirectory({ databaseUrl });
  await before.users.upsert(
    ACTOR,
    Array.from({ length: 100 }, (_, index) => ({ id: `u-${index}` })),
  );
  await before.close();
  // A process that has just begun has none of it in memory.
  directory = await openDirectory({ databaseUrl });
  const after = { ...(await directory.events.position()), seq: 0 };
  const end = new AbortController();
  const stalled = Array.from({ length: 5 }, () =>
    streamEvents({
      log: directory.events,
      users: directory.users.present,
      caller: SERVER,
      selection: {},
      after,
      connection: undefined,
      signal: end.signal,
    }),
  );
  // Each takes a page, and never comes back for the next.
  for (const stream of stalled) expect((await stream.next()).done).toBe(false);

  const listener = new Listener(directory, SERVER, { lastEventId: formatPosition(after) });
  await listener.caughtUp();
  expect(listener.events).toHaveLength(100);
  await listener.end();
  end.abort();
  await Promise.all(stalled.map(stream => stream.return()));
});
