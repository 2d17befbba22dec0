import type { AppRouter } from '@rollcall/router';
import type { OperationLink } from '@trpc/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SocketStreams } from './socket-streams.js';

/** A socket that does what the test says. */
class ScriptedSocket extends EventTarget {
  static readonly all: ScriptedSocket[] = [];
  static forbidden = false;
  readonly sent: string[] = [];
  readyState = 0;

  constructor(readonly url: string) {
    super();
    if (ScriptedSocket.forbidden) throw new Error('this address is forbidden');
    ScriptedSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 2;
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  says(message: unknown): void {
    const data = typeof message === 'string' ? message : JSON.stringify(message);
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }

  ends(code: number, reason = ''): void {
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason }));
  }
}

const last = () => ScriptedSocket.all.at(-1) as ScriptedSocket;

let streams: SocketStreams;
/** What the streams report of their socket. */
let reports: unknown[];
/** What the subscriptions got, apart from states. */
let got: unknown[];
let states: unknown[];

/** Starts a subscription. Its name stands before everything that it gets. */
function start(name: string, input: unknown = {}, signal?: AbortSignal) {
  const op = { id: 1, type: 'subscription', path: name, input, context: {}, signal };
  const results = streams.link({ op, next: undefined as never } as Parameters<OperationLink<AppRouter>>[0]);
  return results.subscribe({
    next: ({ result }) => {
      if (result.type === 'state') states.push([name, result.state, result.error?.message]);
      else got.push([name, result.type, ...(result.type === 'data' ? [result.data] : [])]);
    },
    error: error => got.push([name, error.message]),
    complete: () => got.push([name, 'complete']),
  });
}

const asked = (id: number, path: string, rest: object = {}) =>
  JSON.stringify({ id, method: 'subscription', params: { path, input: {}, ...rest } });

const TOKEN = '{"method":"connectionParams","data":{"token":"token"}}';

beforeEach(() => {
  vi.useFakeTimers();
  ScriptedSocket.all.length = 0;
  ScriptedSocket.forbidden = false;
  reports = [];
  got = [];
  states = [];
  streams = new SocketStreams({
    url: 'ws://localhost/trpc',
    WebSocketClass: ScriptedSocket as unknown as typeof WebSocket,
    onOpen: () => reports.push('open'),
    onAnswer: error => reports.push(error ? error.message : 'answer'),
    onLost: (code, reason) => reports.push(['lost', code, reason]),
  });
});

afterEach(() => vi.useRealTimers());

it('opens nothing by itself, and sends the token in the first message, then every call in one of its own', () => {
  start('a');
  start('b');
  expect(ScriptedSocket.all).toEqual([]);
  streams.open('token');
  expect([last().url, last().sent]).toEqual(['ws://localhost/trpc?connectionParams=1', []]);
  last().open();
  expect(last().sent).toEqual([TOKEN, asked(1, 'a'), asked(2, 'b')]);
  start('c');
  expect(last().sent.at(-1)).toBe(asked(3, 'c'));
});

it('brings every stream back over the next socket, after the last item that had an id', () => {
  start('a');
  start('b');
  streams.open('token');
  last().open();
  last().says({ id: 1, result: { type: 'started' } });
  last().says({ id: 1, result: { type: 'data', id: 'log.7', data: 'seven' } });
  last().says({ id: 1, result: { type: 'data', data: 'no id' } });
  last().ends(1012, 'restarting');
  expect(reports).toEqual(['open', 'answer', 'answer', 'answer', ['lost', 1012, 'restarting']]);
  expect(ScriptedSocket.all).toHaveLength(1);
  streams.open('token');
  last().open();
  expect(last().sent).toEqual([TOKEN, asked(1, 'a', { lastEventId: 'log.7' }), asked(2, 'b')]);
  expect(got).toEqual([
    ['a', 'started'],
    ['a', 'data', 'seven'],
    ['a', 'data', 'no id'],
  ]);
});

it('asks once for a stream that begins while another one hears that the socket is open', () => {
  let isBegun = false;
  const op = { id: 1, type: 'subscription', path: 'a', input: {}, context: {}, signal: undefined };
  streams.link({ op, next: undefined as never } as Parameters<OperationLink<AppRouter>>[0]).subscribe({
    next: ({ result }) => {
      if (result.type !== 'state' || result.state !== 'pending' || isBegun) return;
      isBegun = true;
      start('b');
    },
  });
  streams.open('token');
  last().open();
  expect([...last().sent].sort()).toEqual([TOKEN, asked(1, 'a'), asked(2, 'b')].sort());
});

it.each([
  ['HTML', '<html>bad gateway</html>'],
  ['nothing', ''],
  ['null', 'null'],
  ['a number', '5'],
  ['a list', '[]'],
  ['bytes', new Uint8Array([1, 2, 3])],
  ['a result that says nothing', '{"id":1,"result":null}'],
  ['a result that is a text', '{"id":1,"result":"x"}'],
  ['an error that is a text', '{"id":1,"error":"x"}'],
])('takes a line that says what no server does for lost, and goes on over the next: %s', (_, data) => {
  start('a');
  streams.open('token');
  last().open();
  last().dispatchEvent(Object.assign(new Event('message'), { data }));
  expect([reports, got]).toEqual([['open', ['lost', undefined, '']], []]);
  streams.open('token');
  last().open();
  expect(last().sent).toEqual([TOKEN, asked(1, 'a')]);
});

it('hears nothing from a socket that it has dropped', () => {
  start('a');
  streams.open('token');
  const dropped = last();
  dropped.open();
  streams.drop();
  streams.open('token');
  dropped.says({ id: 1, result: { type: 'data', data: 'late' } });
  dropped.ends(1000);
  expect([got, reports]).toEqual([[], ['open']]);
  const unopened = last();
  streams.drop();
  unopened.open();
  expect(unopened.sent).toEqual([]);
});

it('ends a stream that the server ends, and one that it refuses, and asks for neither again', () => {
  start('a');
  start('b');
  streams.open('token');
  last().open();
  last().says({ id: 1, result: { type: 'stopped' } });
  last().says({ id: 2, error: { code: -32600, message: 'refused', data: {} } });
  expect(got).toEqual([
    ['a', 'stopped'],
    ['a', 'complete'],
    ['b', 'refused'],
  ]);
  expect(reports).toEqual(['open', 'answer', 'refused']);
  expect(last().sent).toEqual([TOKEN, asked(1, 'a'), asked(2, 'b')]);
});

it('tells the server when a stream is no longer wanted, if the server knows of it', () => {
  start('a').unsubscribe();
  streams.open('token');
  last().open();
  const abort = new AbortController();
  start('b', {}, abort.signal);
  abort.abort();
  expect(last().sent).toEqual([TOKEN, asked(2, 'b'), '{"id":2,"method":"subscription.stop"}']);
  expect(got).toEqual([['b', 'complete']]);
});

it('fails a stream whose input JSON cannot say, and no other', () => {
  start('a', { n: 1n });
  start('b');
  streams.open('token');
  last().open();
  expect(got).toEqual([['a', expect.stringContaining('BigInt')]]);
  expect(last().sent).toEqual([TOKEN, asked(2, 'b')]);
});

it('counts an address at which no socket may be opened as lost', async () => {
  ScriptedSocket.forbidden = true;
  streams.open('token');
  expect(reports).toEqual([]);
  await vi.advanceTimersByTimeAsync(0);
  expect(reports).toEqual([['lost', undefined, '']]);
});

it('ends all streams with the error that it is given', () => {
  start('a');
  streams.open('token');
  last().open();
  streams.end(new Error('over'));
  expect([got, last().readyState]).toEqual([[['a', 'over']], 2]);
});

it('goes on when what the application does with an item throws', async () => {
  const op = { id: 1, type: 'subscription', path: 'a', input: {}, context: {}, signal: undefined };
  const results = streams.link({ op, next: undefined as never } as never);
  results.subscribe({
    next: ({ result }) => {
      if (result.type === 'data') throw new Error('of the application');
    },
  });
  streams.open('token');
  last().open();
  last().says({ id: 1, result: { type: 'data', id: 'log.1', data: 1 } });
  // It is thrown where nothing of the connection is under way.
  expect(() => vi.advanceTimersByTime(0)).toThrow('of the application');
  last().ends(1006);
  streams.open('token');
  last().open();
  expect(last().sent.at(-1)).toBe(asked(1, 'a', { lastEventId: 'log.1' }));
});

it('reports to the raw client whether there is a connection', () => {
  start('a');
  streams.open('token');
  last().open();
  last().ends(1006);
  expect(states).toEqual([
    ['a', 'connecting', undefined],
    ['a', 'pending', undefined],
    ['a', 'connecting', 'WebSocket closed'],
  ]);
});

describe('a line', () => {
  beforeEach(() => {
    streams.open('token');
    last().open();
    last().sent.length = 0;
  });

  it('answers the pings of the server', () => {
    last().says('PING');
    expect(last().sent).toEqual(['PONG']);
  });

  it('is asked after 25 seconds of silence whether it is alive, and is lost 10 seconds later', () => {
    vi.advanceTimersByTime(24_000);
    last().says('PONG');
    vi.advanceTimersByTime(24_999);
    expect(last().sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(last().sent).toEqual(['PING']);
    vi.advanceTimersByTime(9_999);
    expect(reports).toEqual(['open']);
    vi.advanceTimersByTime(1);
    expect([reports, last().readyState]).toEqual([['open', ['lost', undefined, '']], 2]);
  });

  it('that answers in time is kept', () => {
    for (let round = 0; round < 3; round++) {
      vi.advanceTimersByTime(34_000);
      last().says('PONG');
    }
    expect([last().sent, reports]).toEqual([['PING', 'PING', 'PING'], ['open']]);
  });

  it('that was dropped is not asked', () => {
    streams.drop();
    vi.advanceTimersByTime(100_000);
    expect([last().sent, reports]).toEqual([[], ['open']]);
  });
});
