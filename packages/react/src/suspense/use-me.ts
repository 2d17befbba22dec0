import type { User } from '@rollcall/client';
import type { RegisteredCustom } from '../custom-data.js';
import type { Settled } from '../result.js';
import { useSession } from '../rollcall-context.js';
import { meEntry } from '../store/me-entry.js';
import { useEntry } from '../use-entry.js';
import type { MeActions } from '../use-me.js';
import { settledResult } from './settled-result.js';

/** The connected user, as `useMe` of `@rollcall/react` has it. The component waits until it is there. */
export function useMe<Custom extends object = RegisteredCustom>(): Settled<User<Custom>, MeActions<Custom>> {
  const session = useSession();
  const entry = meEntry(session);
  return settledResult(session, entry, useEntry(entry)) as Settled<User<Custom>, MeActions<Custom>>;
}
