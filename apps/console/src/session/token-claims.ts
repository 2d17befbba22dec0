/** What the console reads of a server token. The server alone decides whether it holds. */
export interface TokenClaims {
  server?: boolean;
  user_id?: string;
  read_only?: boolean;
  /** Seconds since the epoch. */
  exp?: number;
}

const TOKEN = /^[\w-]+\.([\w-]+)\.[\w-]+$/;

/** Reads the claims of a JWT without checking its signature; undefined for what is no JWT. */
export function tokenClaims(token: string): TokenClaims | undefined {
  const payload = TOKEN.exec(token)?.[1];
  if (payload === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? (claims as TokenClaims) : undefined;
  } catch {
    return undefined;
  }
}
