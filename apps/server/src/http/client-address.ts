import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';

/** What there is of a request without a socket that lives. */
const NOWHERE = 'unknown';

/** Of an IPv6 address, one customer has all that begin with the same four groups (RFC 6177). */
const NETWORK_GROUPS = 4;

/**
 * The address that calls without a user are counted under: the peer of the socket or, behind proxies, what the last
 * `trustedProxies` of them say. Every proxy adds the address that it was called from to the end of `X-Forwarded-For`;
 * what stands before those that are trusted may have been written by anybody and is not looked at. IPv6 addresses of
 * one network are one address.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  const peer = request.socket.remoteAddress;
  const forwarded = trustedProxies > 0 ? forwardedFor(request) : [];
  // From the nearest on; the address that is one beyond the trusted ones is the client's.
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
  // `::` stands for as many groups of zeros as are missing.
  const back = tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...zeros, ...back].slice(0, NETWORK_GROUPS).map(plainGroup).join(':');
}

function plainGroup(group: string): string {
  return group.replace(/^0+(?=.)/, '').toLowerCase();
}
