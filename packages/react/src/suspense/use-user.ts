import type { User } from '@rollcall/client';
import type { RegisteredCustom } from '../custom-data.js';
import type { Settled } from '../result.js';
import { useSession } from '../rollcall-context.js';
import { userEntry } from '../store/user-entry.js';
import { useEntry } from '../use-entry.js';
import { settledResult } from './settled-result.js';

/** A user by its id, as `useUser` of `@rollcall/react` has it. The component waits until it is there. */
export function useUser<Custom extends object = RegisteredCustom>(id: string): Settled<User<Custom>>;
export function useUser<Custom extends object = RegisteredCustom, Part = unknown>(
  id: string,
  select: (user: User<Custom>) => Part,
): Settled<Part>;
export function useUser(id: string, select?: (user: User) => unknown): Settled<unknown> {
  const session = useSession();
  const entry = userEntry(session, id);
  return settledResult(session, entry, useEntry(entry, select));
}
