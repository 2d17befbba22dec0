/** Who has an account, and who is signed in. Better Auth does it; what happens to an account goes on to Rollcall. */
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { forget, keepInStep } from './people.js';
import { AUTH_SECRET, ORIGIN } from './settings.js';

export const auth = betterAuth({
  baseURL: ORIGIN,
  secret: AUTH_SECRET,
  // Accounts last until the program ends. Put your database here.
  database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
  emailAndPassword: { enabled: true },
  databaseHooks: {
    user: {
      create: { after: bring },
      update: { after: bring },
    },
  },
  user: {
    // Before: when Rollcall cannot be reached, the account stays, and the person can try again.
    deleteUser: { enabled: true, beforeDelete: forget },
  },
});

/**
 * An account does not fail because Rollcall is away: its first token brings the user, too.
 *
 * @param {import('./people.js').Account} account
 */
async function bring(account) {
  await keepInStep(account).catch(error =>
    console.error(`${account.id} is not in Rollcall yet: ${error.message}`),
  );
}
