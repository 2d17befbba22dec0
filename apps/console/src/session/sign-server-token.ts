import { createServerClient, RollcallError } from '@rollcall/client/server';

const LIFETIME_S = 8 * 60 * 60;

/** Why no token could be made of a secret, in words for the person who typed it. */
export class SecretProblem extends Error {}

/**
 * Makes a server token of eight hours out of the server's secret, in this browser. The secret goes nowhere and is kept nowhere.
 * @param secret as `ROLLCALL_SECRET` holds it: `secret`, `kid:secret`, or several with commas between; the first one signs.
 * @throws SecretProblem where the browser cannot sign, and for a secret that is too short. It never repeats the secret.
 */
export async function signServerToken(secret: string): Promise<string> {
  // Browsers sign on https and on localhost only.
  if (!globalThis.crypto?.subtle) {
    throw new SecretProblem(
      'This page came over plain http, where a browser signs nothing. Make a token on the server with "rollcall token --server", and paste it here.',
    );
  }
  try {
    // It signs by itself: a client that is asked for nothing else connects to nobody.
    return await createServerClient({ url: location.origin, secret }).createServerToken({
      expires_in: LIFETIME_S,
    });
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    throw new SecretProblem(
      `This is neither a token nor a secret: ${error.message.replace(/^secret: /, '')}.`,
    );
  }
}
