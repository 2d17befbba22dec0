import { type Actor, RollcallError, type TokenClaims } from '@rollcall/protocol';
import { ownUserIdSchema } from '@rollcall/protocol/schemas';
import { errors, jwtVerify, SignJWT } from 'jose';

/**
 * The caller that a valid token stands for. Times are epoch milliseconds. `anonymous` is a caller without a user. `guest`
 * says that the token was made for a guest; without it only the stored role tells. `readOnly` is a back end that reads
 * everything and changes nothing.
 */
export type Principal =
  | { kind: 'server'; readOnly?: true; expiresAt?: number; issuedAt?: number }
  | { kind: 'user'; userId: string; guest?: true; expiresAt?: number; issuedAt?: number }
  | { kind: 'anonymous'; expiresAt?: undefined; issuedAt?: undefined };

/** The actor that the events of a principal's changes name. */
export function actorOf(principal: Principal): Actor {
  if (principal.kind === 'server') return { type: 'server' };
  return principal.kind === 'user' ? { type: 'user', id: principal.userId } : { type: 'user' };
}

/** A secret that signs tokens. */
export interface SigningKey {
  /** The name of the key in a token's header. A key without a name signs tokens without a `kid`. */
  kid?: string;
  secret: Uint8Array;
}

const MIN_SECRET_BYTES = 32;

/**
 * Reads the setting `ROLLCALL_SECRET`: one secret, or several `kid:secret` pairs separated by commas. The first one
 * signs. During a rotation the old secret stays in the list until its tokens have expired.
 * @throws RollcallError `INPUT_INVALID` for a secret of fewer than 32 bytes, or for a `kid` that is used twice. The
 * message never repeats a secret.
 */
export function parseSigningKeys(setting: string): SigningKey[] {
  const keys = setting.split(',').map((part): SigningKey => {
    const [, kid, secret] = /^(?:([A-Za-z0-9_-]{1,64}):)?(.*)$/s.exec(part.trim()) ?? [];
    const bytes = new TextEncoder().encode(secret ?? '');
    if (bytes.length < MIN_SECRET_BYTES) {
      throw invalidSecret(`a secret has at least ${MIN_SECRET_BYTES} bytes; this one has ${bytes.length}`);
    }
    return kid === undefined ? { secret: bytes } : { kid, secret: bytes };
  });
  if (new Set(keys.map(key => key.kid)).size !== keys.length) {
    throw invalidSecret('every secret needs a name of its own: kid:secret,kid:secret');
  }
  return keys;
}

function invalidSecret(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `ROLLCALL_SECRET: ${message}`, { field: 'ROLLCALL_SECRET' });
}

/** The only algorithm. A token that names another one is refused (RFC 8725, section 3.1). */
const ALGORITHM = 'HS256';

/** How far the clock of the signer may differ from ours. */
const CLOCK_TOLERANCE_S = 30;

const MAX_TOKEN_LENGTH = 8192;

/**
 * Checks a token and answers with its principal.
 * @param keys every accepted key. The token's `kid` selects one of them.
 * @throws RollcallError `TOKEN_INVALID`, `TOKEN_EXPIRED` or `TOKEN_NOT_YET_VALID`.
 */
export async function verifyToken(
  keys: readonly SigningKey[],
  token: string,
  now: number,
): Promise<Principal> {
  if (token.length > MAX_TOKEN_LENGTH) throw invalidToken();
  try {
    const { payload } = await jwtVerify(token, header => keyFor(keys, header.kid), {
      algorithms: [ALGORITHM],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(now),
    });
    return principalOf(payload as Record<string, unknown>, now);
  } catch (error) {
    if (error instanceof RollcallError) throw error;
    if (error instanceof errors.JWTExpired) {
      throw new RollcallError('TOKEN_EXPIRED', 'the token has expired; call again with a fresh one');
    }
    if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf') throw notYetValid();
    throw invalidToken();
  }
}

/** Signs a token with the first key. Times in its claims are seconds. */
export function signToken(keys: readonly SigningKey[], claims: TokenClaims): Promise<string> {
  const key = keys[0];
  if (!key) throw new Error('there is no key to sign with');
  const header = { alg: ALGORITHM, typ: 'JWT', ...(key.kid !== undefined && { kid: key.kid }) };
  return new SignJWT({ ...claims }).setProtectedHeader(header).sign(key.secret);
}

/**
 * The key that checks a token. Without `kid` it is the first key, so that a single unnamed secret stays simple to use.
 */
function keyFor(keys: readonly SigningKey[], kid: string | undefined): Uint8Array {
  const key = kid === undefined ? keys[0] : keys.find(one => one.kid === kid);
  if (!key) throw invalidToken();
  return key.secret;
}

function principalOf(claims: Record<string, unknown>, now: number): Principal {
  const times = {
    ...(claims.exp !== undefined && { expiresAt: (claims.exp as number) * 1000 }),
    ...(claims.iat !== undefined && { issuedAt: (claims.iat as number) * 1000 }),
  };
  if (times.issuedAt !== undefined && times.issuedAt > now + CLOCK_TOLERANCE_S * 1000) throw notYetValid();
  const server = claims.server === true;
  // A claim that takes power away is understood or the token is refused: it never comes to more than its maker meant. A user
  // who could change nothing could not even connect, so there is no such token.
  const readOnly = claims.read_only === true;
  if (claims.read_only !== undefined && !(readOnly && server)) throw invalidToken();
  if (server && claims.user_id === undefined) {
    return { kind: 'server', ...(readOnly && { readOnly }), ...times };
  }
  // A token for an id of the system is refused, too: nobody is to speak for a user that was made to hold what others left.
  const userId = ownUserIdSchema.safeParse(claims.user_id);
  if (claims.server !== undefined || !userId.success) throw invalidToken();
  return { kind: 'user', userId: userId.data, ...(claims.guest === true && { guest: true }), ...times };
}

function invalidToken(): RollcallError {
  return new RollcallError(
    'TOKEN_INVALID',
    'the token is not valid here; it must be a JWT (HS256), signed with a secret of this server, with user_id or server: true',
  );
}

function notYetValid(): RollcallError {
  return new RollcallError(
    'TOKEN_NOT_YET_VALID',
    'the token is not valid yet; check the clock of its signer',
  );
}
