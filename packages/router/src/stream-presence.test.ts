import type { PresenceWatch, UserRow } from '@rollcall/core';
import type { PresenceEvent } from '@rollcall/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from './caller.js';
import { streamPresence } from './stream-presence.js';
import { WatchedUsers } from './watched-users.js';

const SERVER: Caller = { kind: 'server', actor: { type: 'server' } };

type Listener = Parameters<PresenceWatch['watch']>[1];

/** A row of a user, as far as presence goes. */
const row = (id: string, online: boolean) =>
  ({ id, online, teams: [], custom: {}, role: 'user', last_active: 5 }) as unknown as UserRow;

describe('a stream of presence', () => {
  let tell: (...rows: UserRow[]) => void;
  let stopped: boolean;
  const gone = new Set<string>();
  const ending = { controller: new AbortController() };

  beforeEach(() => {
    stopped = false;
    gone.clear();
    ending.controller = new AbortController();
  });
  afterEach(() => ending.controller.abort());

  function open(...userIds: string[]): AsyncGenerator<PresenceEvent[]> {
    const watch: Pick<PresenceWatch, 'watch' | 'isGone'> = {
      isGone: id => gone.has(id),
      watch: (_ids: unknown, listener: Listener) => {
        tell = (...rows) =>
          listener(
            rows.map(one => one.id),
            new Map(rows.map(one => [one.id, one])),
          );
        return () => {
          stopped = true;
        };
      },
    };
    const { signal } = ending.controller;
    const watched = new WatchedUsers().take(userIds);
    return streamPresence({ watch, caller: SERVER, watched, connection: undefined, signal });
  }
  const nextOf = async (stream: AsyncGenerator<PresenceEvent[]>) =>
    ((await stream.next()).value as PresenceEvent[]).map(({ user }) => `${user.id} ${user.online}`);

  it('begins with the state of each, and goes on with changes only', async () => {
    const stream = open('jane', 'john');
    const first = nextOf(stream);
    tell(row('jane', true), row('john', false));
    expect(await first).toEqual(['jane true', 'john false']);
    const second = nextOf(stream);
    tell(row('jane', true));
    tell(row('john', true));
    expect(await second).toEqual(['john true']);
  });

  it('no longer says that a user is online after a listener may have heard that the user is gone', async () => {
    const stream = open('jane', 'john');
    const first = nextOf(stream);
    tell(row('jane', false), row('john', false));
    expect(await first).toEqual(['jane false', 'john false']);
    const second = nextOf(stream);
    tell(row('jane', true), row('john', true));
    gone.add('jane');
    expect(await second).toEqual(['john true']);
    const third = nextOf(stream);
    gone.clear();
    tell(row('jane', false), row('john', false));
    expect(await third).toEqual(['john false']);
  });

  it('calls a user who is deactivated or deleted offline at once, and never online for a moment', async () => {
    const stream = open('jane', 'john', 'jim');
    const first = nextOf(stream);
    tell(row('jane', true), row('john', false), row('jim', true));
    await first;
    const second = nextOf(stream);
    tell(row('john', true));
    tell({ ...row('john', true), deactivated_at: 6 }, { ...row('jim', true), deleted_at: 6 });
    expect(await second).toEqual(['jim false']);
  });

  it('tells the last state, and nothing of what was undone meanwhile', async () => {
    const stream = open('jane', 'john');
    const first = nextOf(stream);
    tell(row('jane', false), row('john', false));
    await first;
    const second = nextOf(stream);
    tell(row('jane', true), row('john', true));
    tell(row('jane', false));
    expect(await second).toEqual(['john true']);
  });

  it('comes in pages, each id once', async () => {
    const ids = Array.from({ length: 1100 }, (_, index) => `u-${index}`);
    const stream = open(...ids, 'u-0');
    const first = nextOf(stream);
    tell(...ids.map(id => row(id, false)));
    const pages = [await first, await nextOf(stream), await nextOf(stream)];
    expect(pages.map(page => page.length)).toEqual([500, 500, 100]);
    expect(new Set(pages.flat()).size).toBe(1100);
  });

  it('says at once that there is nobody when nobody is asked for', async () => {
    expect(await nextOf(open())).toEqual([]);
  });

  it('ends with its signal and stops listening', async () => {
    const stream = open('jane');
    const next = stream.next();
    ending.controller.abort();
    expect((await next).done).toBe(true);
    expect(stopped).toBe(true);
  });
});
