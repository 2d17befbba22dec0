import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = join(fileURLToPath(import.meta.url), '../../../apps/console/dist');

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

const NONCE = 'nonce-of-the-test';

/** No inline script, nothing from elsewhere, and styles only from files and with the nonce. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' 'nonce-${NONCE}'`,
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page as the server gives it out: it tells the console the nonce for the styles that are made at run time. */
function withNonce(html: string): string {
  return html.replace('<head>', `<head><meta name="csp-nonce" property="csp-nonce" nonce="${NONCE}">`);
}

/** The built console and a server of Rollcall on one origin, as an operator has them. */
export interface ConsoleOrigin {
  readonly url: string;
  close(): void;
}

/** Serves the built console, and hands `/trpc`, calls and sockets, to a server. */
export async function startConsoleOrigin(server: string): Promise<ConsoleOrigin> {
  const { hostname, port } = new URL(server);
  const target = { host: hostname, port: Number(port) };
  const toServer = (headers: IncomingMessage['headers']) => ({ ...headers, host: `${hostname}:${port}` });
  const origin = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '/';
    if (path.startsWith('/trpc')) {
      const { method, url, headers } = request;
      const onward = httpRequest({ ...target, method, path: url, headers: toServer(headers) }, answer => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      request.pipe(onward);
      return;
    }
    const file = extname(path) === '' ? '/index.html' : path;
    try {
      const text = readFileSync(join(DIST, file));
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': POLICY,
      });
      response.end(file === '/index.html' ? withNonce(text.toString()) : text);
    } catch {
      response.writeHead(404).end();
    }
  });
  origin.on('upgrade', (request, socket, head) => {
    const onward = connect(target, () => {
      const lines = Object.entries(toServer(request.headers)).map(([name, value]) => `${name}: ${value}`);
      onward.write(`GET ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const [one, other] of [
      [onward, socket],
      [socket, onward],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>(resolve => origin.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(origin.address() as AddressInfo).port}`,
    close: () => {
      origin.close();
      origin.closeAllConnections();
    },
  };
}
