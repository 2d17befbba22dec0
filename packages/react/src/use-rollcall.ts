import type { RegisteredClient } from './custom-data.js';
import { useSession } from './rollcall-context.js';

/** The client of the provider above, for everything that has no hook. */
export function useRollcall<TheClient = RegisteredClient>(): TheClient {
  return useSession().client as TheClient;
}
