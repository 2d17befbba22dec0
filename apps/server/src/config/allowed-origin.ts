/**
 * Which web pages may call this server. A browser names the page's origin in a header that the page cannot forge. Other
 * programs send no such header, so this protects the users of browsers and authenticates nobody.
 */
export type AllowedOrigins =
  | { kind: 'any' }
  /** Pages served from this machine, on any port, as the tools of a developer serve them. */
  | { kind: 'localhost' }
  | { kind: 'list'; origins: readonly string[] };

const LOCALHOST = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:[1-9]\d{0,4})?$/;

/**
 * Reads the setting: `*`, `localhost`, or origins separated by commas.
 * @throws Error that names the part that is not an origin, and shows what an origin looks like.
 */
export function parseAllowedOrigins(setting: string): AllowedOrigins {
  if (setting === '*') return { kind: 'any' };
  if (setting === 'localhost') return { kind: 'localhost' };
  return { kind: 'list', origins: setting.split(',').map(part => parseOrigin(part.trim())) };
}

/**
 * Whether a page of this origin may call. The header is compared whole and unchanged: browsers write an origin in exactly
 * one way (RFC 6454, section 6.2), so anything that merely resembles an allowed origin is refused.
 */
export function isAllowedOrigin(allowed: AllowedOrigins, origin: string): boolean {
  switch (allowed.kind) {
    case 'any':
      return true;
    case 'localhost':
      return LOCALHOST.test(origin);
    case 'list':
      return allowed.origins.includes(origin);
  }
}

function parseOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const web = url?.protocol === 'https:' || url?.protocol === 'http:';
  const bare = url && web && `${url.protocol}//${url.host}/` === url.href && !text.endsWith('/');
  if (!bare || url.host.includes('*')) {
    throw new Error(
      `"${text}" is not an origin: give scheme, host and port only, such as https://app.example.com`,
    );
  }
  return url.origin;
}
