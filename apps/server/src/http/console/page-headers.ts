import type { ServerResponse } from 'node:http';

/**
 * What the console may do in a browser. It may run its own files and call this server, and nothing else: no script in the page
 * or from elsewhere, no other host, no frame around it.
 *
 * - Its components make `style` elements while it runs, which need the nonce of their page. What they set on elements goes
 *   through the DOM, which no policy of styles concerns; so no attribute of HTML is allowed to hold any.
 * - The picture of a user is on a host that the user has chosen, who would learn when an operator looks, and from where. So
 *   there are no pictures of other hosts.
 * - `connect-src 'self'` includes WebSockets to the same host and port (CSP level 3).
 */
function contentPolicy(nonce: string | undefined): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${nonce === undefined ? '' : ` 'nonce-${nonce}'`}`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** What a browser offers and the console never asks for. */
const UNUSED = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
];

const PERMISSIONS = UNUSED.map(name => `${name}=()`).join(', ');

/**
 * Says what a browser may do with a file of the console. The headers that every answer has stay, but for two: the policy, and
 * how long a file is kept.
 * @param nonce of the page; absent for any other file.
 */
export function setPageHeaders(
  response: ServerResponse,
  { nonce, isImmutable = false }: { nonce?: string; isImmutable?: boolean },
): void {
  response.setHeader('content-security-policy', contentPolicy(nonce));
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  response.setHeader('permissions-policy', PERMISSIONS);
  response.setHeader('cache-control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache');
}
