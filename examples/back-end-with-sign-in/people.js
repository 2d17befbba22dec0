/** What the back end tells Rollcall about the people who have an account here. */
import { createServerClient, RollcallError } from '@rollcall/client/server';
import { ROLLCALL_SECRET, ROLLCALL_URL } from './settings.js';

const rollcall = createServerClient({ url: ROLLCALL_URL, secret: ROLLCALL_SECRET });

/** Short, because a token is not taken back when somebody signs out. The client fetches the next one by itself. */
const TOKEN_SECONDS = 600;

/** What Rollcall keeps of an account. The e-mail address stays here: others see what a user has in Rollcall. */
/** @typedef {{ id: string, name: string, image?: string | null }} Account */
/** @typedef {{ id: string, name: string, image?: string }} UserToMake */

/**
 * Makes the user in Rollcall what the account says, and makes it if it is not there. All that is only in Rollcall stays:
 * custom data, the role, teams, bans. Where nothing has changed, nothing is written and nobody hears of it.
 *
 * @param {Account} account
 */
export async function keepInStep({ id, name, image }) {
  const profile = { name, ...(image && { image }) };
  try {
    await rollcall.partialUpdateUser({ id, set: profile, unset: image ? [] : ['image'] });
  } catch (error) {
    if (!isError(error, 'USER_NOT_FOUND')) throw error;
    await make({ id, ...profile });
  }
}

/** Makes a user who is not there, and leaves one alone whom somebody else has made in between. @param {UserToMake} user */
async function make(user) {
  try {
    await rollcall.upsertUser({ ...user, if_revision: 0 });
  } catch (error) {
    if (!isError(error, 'REVISION_CONFLICT')) throw error;
  }
}

/**
 * Deletes everything that Rollcall has of somebody. Nobody sees it any more when this returns; a task removes the rest.
 *
 * @param {Pick<Account, 'id'>} account
 */
export async function forget({ id }) {
  try {
    await rollcall.deleteUser(id, { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' });
  } catch (error) {
    // It never came to Rollcall, or an earlier attempt got as far as here.
    if (!isError(error, 'USER_NOT_FOUND', 'USER_DELETED')) throw error;
  }
}

/**
 * A token for somebody who is signed in. It brings the user first: an account that was made while Rollcall could not be
 * reached is brought now.
 *
 * @param {Account} account
 */
export async function tokenFor(account) {
  await keepInStep(account);
  return rollcall.createToken(account.id, { expires_in: TOKEN_SECONDS });
}

/** @param {unknown} error @param {...string} codes */
function isError(error, ...codes) {
  return error instanceof RollcallError && codes.includes(error.code);
}
