import { CLOSE_CODES, type ErrorCode } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { fatalClose, fullJitterMs, listenToNetwork, ReconnectDelay } from './reconnect.js';

const longest = () => 0.999_999;

it('spreads over the whole wait, which doubles up to half a minute', () => {
  expect([0, 1, 2, 3, 4, 5, 1000].map(attempt => fullJitterMs(attempt, 2000, longest))).toEqual([
    1999, 3999, 7999, 15_999, 29_999, 29_999, 29_999,
  ]);
  expect(fullJitterMs(3, 2000, () => 0)).toBe(0);
});

describe('the wait before a reconnect', () => {
  function connection() {
    let now = 0;
    const delay = new ReconnectDelay(longest, () => now);
    const live = (ms: number, code?: number, accepted?: boolean) => {
      delay.opened();
      now += ms;
      delay.closed(code, accepted);
    };
    return { delay, live };
  }

  it('is up to two seconds after a connection that worked', () => {
    const { delay, live } = connection();
    live(60_000, 1006);
    expect(delay.delayMs(0)).toBe(1999);
  });

  it('is wider after a restart or an overload of the server', () => {
    const { delay, live } = connection();
    live(60_000, CLOSE_CODES.serviceRestart);
    expect(delay.delayMs(0)).toBe(4999);
    live(60_000, 1013);
    expect(delay.delayMs(0)).toBe(4999);
  });

  it.each([CLOSE_CODES.tokenExpired, CLOSE_CODES.accessChanged])(
    'is short after %d, when only the token had expired or a right has changed, again and again',
    code => {
      const { delay, live } = connection();
      live(60_000, code);
      expect(delay.delayMs(0)).toBe(499);
      for (let round = 0; round < 5; round++) live(1_000, code, true);
      expect(delay.delayMs(0)).toBe(499);
    },
  );

  it('grows while the server calls every token expired', () => {
    const { delay, live } = connection();
    for (let round = 0; round < 5; round++) live(100, CLOSE_CODES.tokenExpired);
    expect(delay.delayMs(0)).toBe(7999);
  });

  it('grows while connections open and end at once, and forgets that after one that worked', () => {
    const { delay, live } = connection();
    const waits = [1, 2, 3, 4].map(() => {
      live(100, 1011);
      return delay.delayMs(0);
    });
    expect(waits).toEqual([1999, 3999, 7999, 15_999]);
    live(60_000, 1011);
    expect(delay.delayMs(0)).toBe(1999);
  });
});

describe('the end of a socket', () => {
  const nothing = () => false;
  const expired = (code: ErrorCode) => code === 'TOKEN_EXPIRED';

  it.each([
    [CLOSE_CODES.refused, 'USER_DEACTIVATED', 'USER_DEACTIVATED'],
    [CLOSE_CODES.refused, 'TOKEN_REVOKED', 'TOKEN_REVOKED'],
    [CLOSE_CODES.refused, '', 'NOT_ALLOWED'],
    [CLOSE_CODES.refused, 'toString', 'NOT_ALLOWED'],
    [CLOSE_CODES.tokenInvalid, 'the first message is not understood', 'TOKEN_INVALID'],
    [CLOSE_CODES.tokenInvalid, 'USER_NOT_FOUND', 'USER_NOT_FOUND'],
    [1009, '', 'PAYLOAD_TOO_LARGE'],
  ])('is final after %d "%s", with %s', (code, reason, expected) => {
    expect(fatalClose(code, reason, expired)?.code).toBe(expected);
  });

  it.each([
    1000,
    1001,
    1005,
    1006,
    1011,
    1012,
    1013,
    CLOSE_CODES.tooSlow,
    CLOSE_CODES.authTimeout,
    undefined,
  ])('is not final after %s', code => {
    expect(fatalClose(code, '', nothing)).toBeUndefined();
  });

  it('is not final after an expired token if a fresh one can be had, and only then', () => {
    expect(fatalClose(CLOSE_CODES.tokenExpired, 'TOKEN_EXPIRED', expired)).toBeUndefined();
    expect(fatalClose(CLOSE_CODES.tokenExpired, 'TOKEN_EXPIRED', nothing)?.code).toBe('TOKEN_EXPIRED');
  });

  it('is not final after a revoked token for a client that can sign a fresh one', () => {
    expect(
      fatalClose(CLOSE_CODES.refused, 'TOKEN_REVOKED', code => code === 'TOKEN_REVOKED'),
    ).toBeUndefined();
    expect(fatalClose(CLOSE_CODES.refused, 'USER_DELETED', code => code === 'TOKEN_REVOKED')?.code).toBe(
      'USER_DELETED',
    );
  });
});

describe('the network', () => {
  class Browser extends EventTarget {
    readonly navigator = { onLine: true };
  }

  it('reports when the network comes and goes, until the listener is removed', () => {
    const browser = new Browser();
    const heard: string[] = [];
    const stop = listenToNetwork(event => heard.push(event), browser);
    browser.dispatchEvent(new Event('offline'));
    browser.dispatchEvent(new Event('online'));
    stop();
    browser.dispatchEvent(new Event('offline'));
    expect(heard).toEqual(['offline', 'online']);
  });

  it('reports at once that there is no network', () => {
    const browser = new Browser();
    browser.navigator.onLine = false;
    const heard: string[] = [];
    listenToNetwork(event => heard.push(event), browser)();
    expect(heard).toEqual(['offline']);
  });

  it('reports nothing where the network is unknown', () => {
    const heard: string[] = [];
    listenToNetwork(event => heard.push(event), {})();
    expect(heard).toEqual([]);
  });
});
