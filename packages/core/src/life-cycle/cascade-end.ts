import type { UserOutcome } from '@rollcall/protocol';
import type { CascadeRow } from '../products/cascade-table.js';
import type { UserRow } from '../users/model/user-table.js';

/** What erases a user besides its content. After `hard` not even the id is left. */
export type ErasureMode = 'pruning' | 'hard';

/** How the user itself still has to be erased; undefined when it does not, or has been pruned already. */
export function erasureMode({ user_mode }: CascadeRow, user: UserRow | undefined): ErasureMode | undefined {
  if (user_mode !== 'pruning') return user_mode === 'hard' ? 'hard' : undefined;
  return user?.deletion === 'pruning' ? undefined : 'pruning';
}

/** What became of a user whose cascade is through. */
export function outcomeOf({ user_changed, changed }: CascadeRow): UserOutcome {
  const contentChanged = Object.keys(changed).length > 0;
  return {
    status: user_changed || contentChanged ? 'done' : 'unchanged',
    ...(contentChanged && { details: changed }),
  };
}
