import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often, of a hundred requests. */
const LOST_BEFORE = 3;
const LOST_AFTER = 12;
const REPEATED_AT_ONCE = 6;
const REPEATED_LATER = 6;

/** The longest time after which a request comes again that nobody waits for. */
const LATER_MS = 1500;

/** Something on the way between callers and servers that loses requests and answers, and sends requests again by itself. */
export interface LossyProxy {
  readonly url: string;
  readonly did: Record<
    'passed' | 'lost before' | 'lost after' | 'repeated at once' | 'repeated later',
    number
  >;
  /** Resolves when every request that it has sent by itself has come to an end. */
  close(): Promise<void>;
}

interface Said {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** @param urls of the servers; each request goes to one of them, chosen at random. */
export async function startLossyProxy(urls: readonly string[], random: () => number): Promise<LossyProxy> {
  const did = { passed: 0, 'lost before': 0, 'lost after': 0, 'repeated at once': 0, 'repeated later': 0 };
  const agent = new Agent({ keepAlive: true });
  const strays = new Set<Promise<unknown>>();

  const stray = (work: Promise<unknown>) => {
    const quiet = work.catch(() => undefined).finally(() => strays.delete(quiet));
    strays.add(quiet);
  };
  const send = async (said: Said) => {
    const target = new URL(urls[Math.floor(random() * urls.length)] as string);
    const asked = request({ ...said, agent, host: target.hostname, port: target.port });
    asked.end(said.body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return { answer, body: await bodyOf(answer) };
  };

  async function serve(near: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', headers } = near;
    const said = { method, path, headers, body: await bodyOf(near) };
    const dice = random() * 100;
    const falls = (from: number, wide: number) => dice >= from && dice < from + wide;
    if (falls(0, LOST_BEFORE)) {
      did['lost before'] += 1;
      return void response.destroy();
    }
    let from = LOST_BEFORE;
    if (falls(from, REPEATED_AT_ONCE)) {
      did['repeated at once'] += 1;
      stray(send(said));
    }
    from += REPEATED_AT_ONCE;
    if (falls(from, REPEATED_LATER)) {
      did['repeated later'] += 1;
      stray(sleep(random() * LATER_MS).then(() => send(said)));
    }
    from += REPEATED_LATER;
    const { answer, body } = await send(said);
    if (falls(from, LOST_AFTER)) {
      did['lost after'] += 1;
      return void response.destroy();
    }
    did.passed += 1;
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(body);
  }

  const server = createServer((near, response) => {
    serve(near, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    did,
    close: async () => {
      while (strays.size > 0) await Promise.all(strays);
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
