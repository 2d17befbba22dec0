import { once } from 'node:events';
import { request as ask, createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** A way to a server that remembers what went by. */
export interface RecordingProxy {
  readonly url: string;
  /** The calls over HTTP, in their order. */
  readonly calls: RecordedCall[];
  /** How many sockets were opened through it. */
  readonly sockets: number;
  forget(): void;
  close(): Promise<void>;
}

interface RecordedCall {
  path: string;
  /** What the token of the call says; undefined without one. */
  claims: { user_id?: string; server?: boolean } | undefined;
}

/** Starts a proxy on a free port that passes everything to a server of this machine. */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const { hostname: host, port } = new URL(target);
  let calls: RecordedCall[] = [];
  let sockets = 0;

  const server = createServer((call, answer) => {
    const { url: path = '', method, headers } = call;
    calls.push({ path, claims: claimsOf(headers.authorization) });
    const passed = ask({ host, port, path, method, headers }, far => {
      answer.writeHead(far.statusCode ?? 502, far.headers);
      far.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    call.pipe(passed);
  });
  server.on('upgrade', ({ url, rawHeaders }, near, head) => {
    sockets += 1;
    const far = connect({ host, port: Number(port) });
    const lines = rawHeaders.flatMap((name, at) => (at % 2 ? [] : [`${name}: ${rawHeaders[at + 1]}`]));
    far.write([`GET ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    far.write(head);
    near.pipe(far).pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get calls() {
      return calls;
    },
    get sockets() {
      return sockets;
    },
    forget() {
      calls = [];
      sockets = 0;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function claimsOf(authorization = ''): RecordedCall['claims'] {
  const [, , claims] = /^Bearer ([^.]*)\.([^.]*)\./.exec(authorization) ?? [];
  return claims ? JSON.parse(Buffer.from(claims, 'base64url').toString()) : undefined;
}
