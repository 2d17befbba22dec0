import type { PartialUserUpdate, User } from '@rollcall/client';

/** The paths of built-in fields that a user may write of itself. Every other path is one of custom data. */
const BUILT_IN = /^(custom|name|image|language|invisible|privacy_settings|push_notifications)(\.|$)/;

/** A user as it will be when the server has taken an update. The given one stays as it is. */
export function withUpdate(user: User, { set, unset = [] }: Omit<PartialUserUpdate, 'id'>): User {
  const next = structuredClone(user);
  const write = (path: string, value?: unknown) => {
    const names = (BUILT_IN.test(path) ? path : `custom.${path}`).split('.');
    const last = names.pop()!;
    const at = names.reduce<Record<string, unknown>>((inside, name) => {
      // Only what is its own: a path through a prototype must not lead out of this copy.
      if (!Object.hasOwn(inside, name) || typeof inside[name] !== 'object') inside[name] = {};
      return inside[name] as Record<string, unknown>;
    }, next as never);
    if (value === undefined) delete at[last];
    else at[last] = value;
  };
  for (const [path, value] of Object.entries(set ?? {})) write(path, value);
  for (const path of unset) write(path);
  return next;
}
