import type { User } from '@rollcall/client';
import type { RegisteredCustom } from './custom-data.js';
import type { Result } from './result.js';
import { useSession } from './rollcall-context.js';
import { userEntry } from './store/user-entry.js';
import { useEntry } from './use-entry.js';

/**
 * A user by its id, kept up to date. A user who does not exist, or may not be seen, is the error `USER_NOT_FOUND`.
 * @param select takes a part of the user. The component is rendered when the part changes, and not otherwise.
 */
export function useUser<Custom extends object = RegisteredCustom>(id: string): Result<User<Custom>>;
export function useUser<Custom extends object = RegisteredCustom, Part = unknown>(
  id: string,
  select: (user: User<Custom>) => Part,
): Result<Part>;
export function useUser(id: string, select?: (user: User) => unknown): Result<unknown> {
  return useEntry(userEntry(useSession(), id), select);
}
