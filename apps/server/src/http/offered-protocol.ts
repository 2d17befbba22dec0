import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** A request that offers to go on in another protocol. Node has taken its connection out of HTTP. */
export interface Offer {
  request: IncomingMessage;
  stream: Duplex;
  /** What has arrived after the headers. */
  head: Buffer;
}

/** Header fields of the offer alone. */
const OF_THE_OFFER = new Set(['upgrade', 'http2-settings']);

/**
 * Whether a request asks for a WebSocket. Any other offer may be passed over (RFC 9110, section 7.8). Some clients make one with
 * everything that they ask: the one that comes with Java, and `curl --http2`, offer HTTP/2 wherever there is no TLS.
 */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return namesIn(headers.upgrade).includes('websocket');
}

/**
 * Makes the function that passes offers over: the server is given the connection once more, with the same request without the offer
 * in front of what has arrived. As soon as anybody listens for WebSockets, Node reads no further after such a request, not even its
 * body.
 */
export function passingOver(server: Server): (offer: Offer) => void {
  const underWay = new WeakMap<Duplex, number>();
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    underWay.set(socket, (underWay.get(socket) ?? 0) + 1);
    response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
  });
  return ({ request, stream, head }) => {
    // Its answer would wait for one that belongs to what Node has let go of. Nobody who makes offers asks ahead.
    if (underWay.get(stream)) {
      stream.destroy();
      return;
    }
    stream.unshift(Buffer.concat([Buffer.from(withoutOffer(request), 'latin1'), head]));
    server.emit('connection', stream);
  };
}

/** The beginning of a request, as it was sent, but for the offer. */
function withoutOffer({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (OF_THE_OFFER.has(name.toLowerCase())) continue;
    const sent = name.toLowerCase() === 'connection' ? ownOptions(value) : value;
    lines.push(`${name}: ${sent}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** What a `Connection` header says beside the offer, such as `close`. */
function ownOptions(value: string): string {
  return namesIn(value)
    .filter(name => !OF_THE_OFFER.has(name))
    .join(', ');
}

function namesIn(value = ''): string[] {
  return value.split(',').map(name => name.trim().toLowerCase());
}
