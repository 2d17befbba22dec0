import type { PartialUserUpdate, User } from '@rollcall/client';
import type { RegisteredCustom } from './custom-data.js';
import type { Result } from './result.js';
import { useSession } from './rollcall-context.js';
import { meEntry } from './store/me-entry.js';
import { useEntry } from './use-entry.js';

/** What can be done with the connected user. */
export interface MeActions<Custom extends object> {
  /**
   * Changes the user. All components show the change at once. It is taken back when the server refuses it.
   * @returns the user as stored. @throws RollcallError when the server refuses it.
   */
  update(update: Omit<PartialUserUpdate<Custom>, 'id'>): Promise<User<Custom>>;
}

/** The connected user, kept up to date. Without one, as for an anonymous client, it is the error `NOT_ALLOWED`. */
export function useMe<Custom extends object = RegisteredCustom>(): Result<User<Custom>, MeActions<Custom>> {
  return useEntry(meEntry(useSession())) as Result<User<Custom>, MeActions<Custom>>;
}
