import type { Result } from './result.js';
import { useSession } from './rollcall-context.js';
import { type Presences, presenceEntry } from './store/presence-entry.js';
import { useEntry } from './use-entry.js';

/**
 * Which of these users are online, by id, kept up to date. A user who does not exist, or may not be seen, is offline. Ask once
 * for all rows of a list, rather than in each row. The order of the ids does not count.
 */
export function usePresence(ids: readonly string[]): Result<Presences> {
  return useEntry(presenceEntry(useSession(), ids));
}
