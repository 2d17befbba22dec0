import { type Context, createContext, useContext, version } from 'react';
import type { Session, Sessions } from './store/session.js';

/** What all copies of this package on a page have in common. */
interface Shared {
  context: Context<Session | undefined>;
  /** By client. */
  sessions: WeakMap<object, Sessions>;
  warned?: boolean;
}

let known: Shared | undefined;

/**
 * A bundler may put this package into a page twice. The second copy finds what the first one has made, so that its hooks see
 * the provider of the first. Each version of React has its own, for they share no contexts.
 */
export function shared(): Shared {
  if (known) return known;
  const page = globalThis as unknown as Record<symbol, Shared | undefined>;
  const name = Symbol.for(`@rollcall/react ${version}`);
  known = page[name];
  if (known && !known.warned) console.warn('Rollcall: the page loads @rollcall/react twice');
  if (known) known.warned = true;
  known ??= { context: createContext<Session | undefined>(undefined), sessions: new WeakMap() };
  page[name] = known;
  return known;
}

/** The session of the provider above. */
export function useSession(): Session {
  const session = useContext(shared().context);
  if (!session) throw new Error('@rollcall/react: there is no RollcallProvider above this component');
  return session;
}
