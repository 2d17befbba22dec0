/**
 * Which web pages may talk to this server. Browsers name the page's origin in a header that pages cannot forge; other
 * programs send none, so this protects the users of browsers and is no authentication.
 */
export type AllowedOrigins =
  | { kind: 'any' }
  /** Pages served from this machine, on any port: what a developer's tools use. */
  | { kind: 'localhost' }
  | { kind: 'list'; origins: readonly string[] };

const LOCALHOST = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:[1-9]\d{0,4})?$/;

/**
 * Reads the setting: `*`, `localhost`, or origins with commas between them.
 * @throws Error that says which part is no origin, and what an origin looks like.
 */
export function parseAllowedOrigins(setting: string): AllowedOrigins {
  if (setting === '*') return { kind: 'any' };
  if (setting === 'localhost') return { kind: 'localhost' };
  return { kind: 'list', origins: setting.split(',').map(part => parseOrigin(part.trim())) };
}

/**
 * Whether a page of this origin may call. The header is compared as a whole and as it stands: browsers write an origin
 * in exactly one way (RFC 6454, section 6.2), so anything that merely resembles an allowed one is refused.
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
    throw new Error(`"${text}" is no origin: scheme, host and port only, such as https://app.example.com`);
  }
  return url.origin;
}
