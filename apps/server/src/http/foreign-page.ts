import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { RollcallError } from '@rollcall/protocol';
import { keyOfAddress } from '@rollcall/router';
import { isAllowedOrigin } from '../config/allowed-origin.js';
import type { Config } from '../config/config.js';
import type { Host } from '../host.js';
import { clientAddress } from './client-address.js';

/** Nobody can make these names point anywhere: they are reserved (RFC 6761, and ICANN's resolution of 2024). */
const OWN_NAMES = /^(?:[\w.-]+\.)?(?:localhost|internal)$/i;

/** A page decides how long its origin is. */
const MAX_LOGGED_LENGTH = 200;

/**
 * Why a page may not call; undefined when it may, and for programs that are no pages. It looks at two headers that a page
 * cannot forge.
 *
 * - `Origin`, which a browser sends with every request that changes something or comes from another page.
 * - `Host`. A page can point its own name at this machine (DNS rebinding). It is then of the same origin, and its GET names
 *   no origin; but its name is not one of this machine. A server that listens to its own machine only, with no proxy in
 *   front, knows all of its names: IP addresses, which cannot be pointed elsewhere, reserved names, and allowed origins.
 */
export function refusalOfPage(request: IncomingMessage, config: Config): RollcallError | undefined {
  const { origin, host } = request.headers;
  const { allowedOrigins } = config;
  if (origin !== undefined && !isAllowedOrigin(allowedOrigins, origin)) {
    return new RollcallError(
      'NOT_ALLOWED',
      'this origin may not call; the setting ROLLCALL_ALLOWED_ORIGINS lists those that may',
    );
  }
  const open = !isLoopback(config.host) || config.trustedProxies > 0 || allowedOrigins.kind === 'any';
  if (open || host === undefined || isOwnName(nameIn(host))) return undefined;
  // What cannot be part of a URL comes from no browser; the router refuses it.
  if (!URL.canParse(`http://${host}`)) return undefined;
  if (['http', 'https'].some(scheme => isAllowedOrigin(allowedOrigins, `${scheme}://${host}`)))
    return undefined;
  return new RollcallError(
    'NOT_ALLOWED',
    'this server listens to its own machine only, and the Host header names another; the setting ROLLCALL_ALLOWED_ORIGINS lists origins whose names are accepted, and ROLLCALL_TRUST_PROXY says that a proxy stands in front',
  );
}

/** Whether only the programs of this machine reach a server that listens to this host. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(host);
}

/** Logs a page that was refused, with what it calls itself. */
export function logPage(host: Host, request: IncomingMessage): void {
  const address = clientAddress(request, host.config.trustedProxies);
  if (!host.refusals.isFirst({ key: keyOfAddress(address), address }, 'PAGE')) return;
  const { origin, host: name } = request.headers;
  host.logger.warn(
    {
      address,
      origin: origin?.slice(0, MAX_LOGGED_LENGTH),
      host: name?.slice(0, MAX_LOGGED_LENGTH),
    },
    'a page of a foreign origin was refused',
  );
}

function isOwnName(name: string): boolean {
  return OWN_NAMES.test(name) || isIP(name) !== 0;
}

/** The name in a `Host` header, without the port and the brackets of an IPv6 address. */
function nameIn(host: string): string {
  return host.replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1');
}
