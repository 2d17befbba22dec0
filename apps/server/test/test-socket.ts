import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A WebSocket client that writes down what comes. */
export interface TestSocket {
  socket: WebSocket;
  messages: Record<string, unknown>[];
  /** The code and reason that the connection ended with. */
  closed: Promise<{ code: number; reason: string; at: number }>;
  /** The next message that has not been taken yet. */
  next(): Promise<Record<string, unknown>>;
  send(message: unknown): void;
}

/** Connects, and sends the token as a connection parameter when one is given; resolves once the socket is open. */
export async function connect(
  url: string,
  options: { token?: string; origin?: string; path?: string } = {},
): Promise<TestSocket> {
  const { token, origin, path = '/trpc?connectionParams=1' } = options;
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, {
    ...(origin !== undefined && { origin }),
  });
  const messages: Record<string, unknown>[] = [];
  let taken = 0;
  let noticed = () => {};
  socket.on('message', data => {
    const text = String(data);
    if (text === 'PING' || text === 'PONG') return;
    messages.push(JSON.parse(text));
    noticed();
  });
  socket.once('close', () => noticed());
  const closed = new Promise<{ code: number; reason: string; at: number }>(resolve => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason), at: Date.now() }));
  });
  await once(socket, 'open');
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  if (token !== undefined) send({ method: 'connectionParams', data: { token } });
  return {
    socket,
    messages,
    closed,
    send,
    next: async () => {
      while (messages.length <= taken) {
        if (socket.readyState === WebSocket.CLOSED)
          throw new Error('the socket closed without another message');
        await new Promise<void>(resolve => {
          noticed = resolve;
        });
      }
      return messages[taken++]!;
    },
  };
}

/** The HTTP status that an upgrade is answered with: 101 when it is not refused. */
export async function answerToUpgrade(
  url: string,
  options: { origin?: string; host?: string } = {},
): Promise<number> {
  const socket = new WebSocket(url.replace('http', 'ws'), {
    ...(options.origin !== undefined && { origin: options.origin }),
    ...(options.host !== undefined && { headers: { host: options.host } }),
  });
  const opened = once(socket, 'open').then(() => 101);
  const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number);
  try {
    return await Promise.race([opened, refused]);
  } finally {
    for (const outcome of [opened, refused]) outcome.catch(() => undefined);
    socket.on('error', () => undefined);
    socket.terminate();
  }
}

/** The message that begins a subscription to events. */
export function watchEvents(id: number, input: object = {}): object {
  return { id, method: 'subscription', params: { path: 'live.events', input } };
}
