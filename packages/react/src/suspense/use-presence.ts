import type { Settled } from '../result.js';
import { useSession } from '../rollcall-context.js';
import { type Presences, presenceEntry } from '../store/presence-entry.js';
import { useEntry } from '../use-entry.js';
import { settledResult } from './settled-result.js';

/** Which of these users are online, as `usePresence` of `@rollcall/react` has it. The component waits until it is known. */
export function usePresence(ids: readonly string[]): Settled<Presences> {
  const session = useSession();
  const entry = presenceEntry(session, ids);
  return settledResult(session, entry, useEntry(entry));
}
