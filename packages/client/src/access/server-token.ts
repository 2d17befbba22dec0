import type { SigningSecret } from './signed-tokens.js';
import type { TokenSource } from './token-source.js';

const LIFETIME_S = 3_600;
/** A token is replaced this long before it ends, so that no call leaves with one that ends on its way. */
const RENEW_BEFORE_S = 300;

/** Server tokens of one hour, signed when they are needed and signed afresh before they expire. */
export function serverTokens(secret: SigningSecret, now: () => number = Date.now): TokenSource {
  let token: Promise<string> | undefined;
  let renewAtS = 0;
  return {
    // Who has the secret signs a token that no revocation before it reaches.
    renews: code => code === 'TOKEN_EXPIRED' || code === 'TOKEN_REVOKED',
    current() {
      // To the millisecond: a token that replaces a revoked one is younger than the revocation of the same second.
      const nowS = now() / 1000;
      if (token === undefined || nowS >= renewAtS) {
        renewAtS = nowS + LIFETIME_S - RENEW_BEFORE_S;
        token = secret.sign({ server: true, iat: nowS, exp: Math.floor(nowS) + LIFETIME_S });
      }
      return token;
    },
    // A clock that was set back, for instance: the next token is signed by the time that holds now.
    expired() {
      token = undefined;
    },
  };
}
