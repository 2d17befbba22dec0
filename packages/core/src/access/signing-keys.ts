import { RollcallError } from '@rollcall/protocol';

/** A secret that tokens are signed with. */
export interface SigningKey {
  /** Names the key in the header of a token; the key without one signs tokens without a `kid`. */
  kid?: string;
  secret: Uint8Array;
}

const MIN_SECRET_BYTES = 32;

/**
 * Reads the setting `ROLLCALL_SECRET`: one secret, or several `kid:secret` pairs joined by commas, the one to sign with
 * first. During a rotation the old secret stays in the list until its tokens have expired.
 * @throws RollcallError `INPUT_INVALID` for a secret of fewer than 32 bytes or a `kid` named twice. The message never
 * repeats a secret.
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
