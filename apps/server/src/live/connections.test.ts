import { Outlets } from '@rollcall/router';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Connection, Connections } from './connections.js';

const NOW = Date.UTC(2026, 0, 1);
const DAY_MS = 24 * 60 * 60 * 1000;

let heard: string[];
let connections: Connections;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  heard = [];
  connections = new Connections({
    presence: {
      connected: userId => heard.push(`+${userId}`),
      disconnected: userId => heard.push(`-${userId}`),
    },
    clock: Date.now,
    maxPerUser: 2,
    maxPerAddress: 3,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('expiry', () => {
  it('closes a connection with 4401 at the moment its token expires, and not before', () => {
    const jane = open('jane', { expiresAt: NOW + 10_000 });
    vi.advanceTimersByTime(9_999);
    expect(jane.closed).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(jane.closed).toEqual([4401]);
  });

  it('waits for an expiry that lies further ahead than one timer reaches', () => {
    const jane = open('jane', { expiresAt: NOW + 60 * DAY_MS });
    vi.advanceTimersByTime(60 * DAY_MS - 1);
    expect(jane.closed).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(jane.closed).toEqual([4401]);
  });

  it('refuses a token whose time is over', () => {
    expect(() => open('jane', { expiresAt: NOW })).toThrow(
      expect.objectContaining({ code: 'TOKEN_EXPIRED' }),
    );
    expect(connections.size).toBe(0);
  });

  it('leaves no timer behind when the connection ends first', () => {
    connections.end(open('jane', { expiresAt: NOW + 10_000 }).connection);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('closes connections of expired server tokens too', () => {
    const server = open(undefined, { expiresAt: NOW + 1 });
    vi.advanceTimersByTime(1);
    expect(server.closed).toEqual([4401]);
  });
});

describe('presence', () => {
  it('hears of announced connections only, and of each end once', () => {
    const first = open('jane').connection;
    const second = open('jane').connection;
    connections.announce(first);
    connections.announce(first);
    connections.end(first);
    connections.end(first);
    connections.end(second);
    expect(heard).toEqual(['+jane', '-jane']);
  });

  it('does not hear of a connection that ended before it was announced', () => {
    const { connection } = open('jane');
    connections.end(connection);
    connections.announce(connection);
    expect(heard).toEqual([]);
  });

  it('does not hear of server tokens', () => {
    const { connection } = open(undefined);
    connections.announce(connection);
    connections.end(connection);
    expect(heard).toEqual([]);
  });
});

describe('limits', () => {
  it('refuses the connection after the last that a user may have, and takes one again when one has ended', () => {
    const first = open('jane');
    open('jane');
    expect(() => open('jane')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    open('john');
    connections.end(first.connection);
    open('jane');
    expect(connections.size).toBe(3);
  });
});

describe('ofUser', () => {
  it('knows who is connected, server tokens aside', () => {
    open('john');
    open(undefined);
    const janes = [open('jane').connection, open('jane').connection];
    expect(connections.ofUser('jane')).toEqual(janes);
    expect(connections.userIds).toEqual(['john', 'jane']);
    for (const connection of janes) connections.end(connection);
    expect(connections.ofUser('jane')).toEqual([]);
    expect(connections.userIds).toEqual(['john']);
  });
});

describe('drain', () => {
  it('closes all connections with 1012 and nobody else after them', async () => {
    const all = [open('jane'), open('john'), open(undefined)];
    await connections.drain(0);
    expect(all.map(one => one.closed)).toEqual([[1012], [1012], [1012]]);
    expect(open('late').closed).toEqual([1012]);
  });
});

function open(
  userId: string | undefined,
  { expiresAt }: { expiresAt?: number } = {},
): { connection: Connection; closed: number[] } {
  const closed: number[] = [];
  const outlet = new Outlets({ maxUnreadBytes: 1 }).open({ unreadBytes: () => 0, close: () => undefined });
  const principal = userId === undefined ? { kind: 'server' as const } : { kind: 'user' as const, userId };
  const connection = connections.open(
    { ...principal, ...(expiresAt !== undefined && { expiresAt }) },
    { outlet, close: code => closed.push(code) },
    userId === undefined ? 'server x' : `user ${userId}`,
  );
  return { connection, closed };
}
