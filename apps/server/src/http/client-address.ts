import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';

/** The address of a request whose socket has closed. */
const NOWHERE = 'unknown';

/** One customer has all IPv6 addresses that begin with the same four groups (RFC 6177). */
const NETWORK_GROUPS = 4;

/**
 * The address under which calls without a user are counted: the peer of the socket or, behind proxies, the address that
 * the last `trustedProxies` of them report. Every proxy appends the address that called it to `X-Forwarded-For`. Anybody
 * can write what stands before the entries of the trusted proxies, so it is ignored. All IPv6 addresses of one network
 * count as one.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  const peer = request.socket.remoteAddress;
  const forwarded = trustedProxies > 0 ? forwardedFor(request) : [];
  // The nearest comes first. The address just beyond the trusted proxies is the client's.
  const chain = [peer, ...forwarded.reverse()].slice(0, trustedProxies + 1);
  const unknown = chain.findIndex(address => address === undefined || isIP(address) === 0);
  const known = unknown === -1 ? chain : chain.slice(0, unknown);
  return networkOf(known.at(-1) ?? peer ?? NOWHERE);
}

function forwardedFor(request: IncomingMessage): string[] {
  return [request.headers['x-forwarded-for'] ?? []]
    .flat()
    .join(',')
    .split(',')
    .map(address => address.trim())
    .filter(address => address !== '');
}

function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const front = head === '' ? [] : head.split(':');
  if (tail === undefined) return front.slice(0, NETWORK_GROUPS).map(plainGroup).join(':');
  // `::` stands for the missing groups of zeros.
  const back = tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...zeros, ...back].slice(0, NETWORK_GROUPS).map(plainGroup).join(':');
}

function plainGroup(group: string): string {
  return group.replace(/^0+(?=.)/, '').toLowerCase();
}
