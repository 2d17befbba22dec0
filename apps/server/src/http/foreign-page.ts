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
 *
 * The server's own page, the console, needs no setting: its origin is the host that it asks, by a name that nobody else can
 * point here ({@link isOwnOrigin}).
 */
export function refusalOfPage(request: IncomingMessage, config: Config): RollcallError | undefined {
  const { origin, host } = request.headers;
  const { allowedOrigins } = config;
  if (origin !== undefined && !isAllowedOrigin(allowedOrigins, origin) && !isOwnOrigin(origin, host)) {
    return new RollcallError(
      'NOT_ALLOWED',
      'this origin may not call; the setting ROLLCALL_ALLOWED_ORIGINS lists those that may. The page of this server may call by https, at an IP address, and at localhost',
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

/** Characters of a host and a port. More could make another host of it when it is read as part of a URL. */
const HOST = /^[\w.:[\]-]+$/;

/**
 * Whether a page is one of this server: of the host that it asks, port included, under a name that shows it. A page whose
 * name was pointed at this machine asks its own host, too. But it has come over plain HTTP and has a name out of the DNS: a
 * browser takes a page by https only from a server with a certificate for the name, and nobody points an IP address or a
 * reserved name elsewhere. The encryption ends at a proxy, so this server sees it in the origin only.
 */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined || !HOST.test(host) || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  const { protocol } = url;
  if (url.origin !== origin || !URL.canParse(`${protocol}//${host}`)) return false;
  if (new URL(`${protocol}//${host}`).host !== url.host) return false;
  return protocol === 'https:' || (protocol === 'http:' && isOwnName(nameIn(host)));
}

function isOwnName(name: string): boolean {
  return OWN_NAMES.test(name) || isIP(name) !== 0;
}

/** The name in a `Host` header, without the port and the brackets of an IPv6 address. */
function nameIn(host: string): string {
  return host.replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1');
}
