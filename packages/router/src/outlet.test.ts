import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_UNREAD_BYTES, type Outlet } from './outlet.js';
import { Outlets } from './outlets.js';

const MIB = 1024 * 1024;

/** A peer that reads only what it is told to. */
class FakePeer {
  readonly heard: string[] = [];
  readonly outlet: Outlet;
  #unread = 0;

  constructor(outlets: Outlets) {
    this.outlet = outlets.open({
      unreadBytes: () => this.#unread,
      close: (code, reason) => this.heard.push(`closed ${code} ${reason}`),
      pause: () => this.heard.push('paused'),
      resume: () => this.heard.push('resumed'),
    });
  }

  sends(bytes: number): void {
    this.#unread += bytes;
    this.outlet.sent();
  }

  reads(bytes: number): void {
    this.#unread = Math.max(0, this.#unread - bytes);
  }
}

const CLOSED = 'closed 4008 reading too slowly; resume by the last id';
const { signal } = new AbortController();

describe('an outlet', () => {
  let peer: FakePeer;
  beforeEach(() => {
    vi.useFakeTimers();
    peer = new FakePeer(new Outlets({ maxUnreadBytes: 100 * MIB }));
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  it('gives turns one at a time and in order, so that a busy subscription does not starve the others', async () => {
    const order: string[] = [];
    const subscription = async (name: string, items: number) => {
      for (let item = 0; item < items; item++) {
        const end = await peer.outlet.turn(signal);
        order.push(`${name} begins`);
        await Promise.resolve();
        order.push(`${name} ends`);
        end?.();
      }
    };
    void subscription('busy', 3);
    void subscription('quiet', 1);
    await pass(10);
    const turns = ['busy', 'quiet', 'busy', 'busy'];
    expect(order).toEqual(turns.flatMap(name => [`${name} begins`, `${name} ends`]));
  });

  it('lets the event loop to everybody else between two turns', async () => {
    const end = await peer.outlet.turn(signal);
    let other = false;
    setImmediate(() => {
      other = true;
    });
    end?.();
    const next = peer.outlet.turn(signal).then(() => other);
    await pass(1);
    expect(await next).toBe(true);
  });

  it('begins no turn and no call while there is no room, and reads nothing from the peer', async () => {
    peer.sends(MAX_UNREAD_BYTES + 1);
    const begun: string[] = [];
    void peer.outlet.turn(signal).then(end => begun.push(end ? 'turn' : 'none'));
    void peer.outlet.call(async () => begun.push('call'));
    await pass(500);
    expect(begun).toEqual([]);
    expect(peer.heard).toEqual(['paused']);
    peer.reads(1);
    await pass(20);
    expect(begun.sort()).toEqual(['call', 'turn']);
    expect(peer.heard).toEqual(['paused', 'resumed']);
  });

  it('closes a peer that does not read for two seconds, and nothing waits any more', async () => {
    peer.sends(MAX_UNREAD_BYTES + 1);
    const turn = peer.outlet.turn(signal);
    const call = expect(peer.outlet.call(async () => 1)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await pass(1980);
    expect(peer.heard).toEqual(['paused']);
    await pass(60);
    expect(peer.heard).toEqual(['paused', CLOSED]);
    expect(await turn).toBeUndefined();
    await call;
  });

  it('lets a large answer arrive at a peer that reads it slowly', async () => {
    peer.sends(4 * MIB);
    for (let second = 0; second < 20; second++) {
      peer.reads(150 * 1024);
      await pass(1000);
    }
    expect(peer.heard).toEqual(['paused']);
    peer.reads(MIB);
    await pass(20);
    expect(peer.heard).toEqual(['paused', 'resumed']);
  });

  it('does not count a time in which this process stood still', async () => {
    peer.sends(MAX_UNREAD_BYTES + 1);
    await pass(100);
    const now = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(now + 60_000);
    await pass(20);
    vi.mocked(performance.now).mockRestore();
    expect(peer.heard).toEqual(['paused']);
  });

  it('gives up a turn that nobody waits for any more', async () => {
    const first = await peer.outlet.turn(signal);
    const leaving = new AbortController();
    const left = peer.outlet.turn(leaving.signal);
    const last = peer.outlet.turn(signal);
    leaving.abort();
    expect(await left).toBeUndefined();
    first?.();
    await pass(1);
    expect(await last).toBeDefined();
  });

  it('runs ten calls at a time, and each of the others once one has ended', async () => {
    let running = 0;
    let most = 0;
    const calls = Array.from({ length: 35 }, () =>
      peer.outlet.call(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise(resolve => setTimeout(resolve, 10));
        running -= 1;
      }),
    );
    await pass(100);
    await Promise.all(calls);
    expect(most).toBe(10);
  });
});

describe('the outlets of a process', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('close those furthest behind first, and no more than needed, when all together have too much unread', async () => {
    const outlets = new Outlets({ maxUnreadBytes: 2 * MIB });
    const peers = [0.9, 0.3, 0.8, 0.7].map(share => {
      const peer = new FakePeer(outlets);
      peer.sends(share * MIB);
      return peer;
    });
    await vi.advanceTimersByTimeAsync(20);
    expect(peers.map(({ heard }) => heard)).toEqual([[CLOSED], [], [], []]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(peers.map(({ heard }) => heard)).toEqual([[CLOSED], [], [], []]);
  });

  it('say how many were closed because they read too slowly, and when the last one was', async () => {
    const outlets = new Outlets({ maxUnreadBytes: MIB });
    expect(outlets.closedAsTooSlow).toBeUndefined();
    const [one, other] = [new FakePeer(outlets), new FakePeer(outlets)];
    one.sends(2 * MIB);
    other.outlet.end();
    await vi.advanceTimersByTimeAsync(20);
    expect(one.heard.at(-1)).toBe(CLOSED);
    one.outlet.closeAsTooSlow();
    expect(outlets.closedAsTooSlow).toEqual({ count: 1, lastAt: Date.now() });
  });

  it('look at nothing while nothing is unread', async () => {
    const peer = new FakePeer(new Outlets({ maxUnreadBytes: MIB }));
    peer.sends(10);
    peer.reads(10);
    await vi.advanceTimersByTimeAsync(20);
    expect(vi.getTimerCount()).toBe(0);
  });
});
