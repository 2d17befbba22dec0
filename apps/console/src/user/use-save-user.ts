import type { JsonValue, PartialUserUpdate, RollcallError, User } from '@rollcall/client/server';
import { useMutation } from '@tanstack/react-query';
import { useLiveEvents } from '../live/live-context.js';
import { useClient } from '../session/use-session.js';

/** A change of one user, made by somebody who had one state of it before their eyes. */
export interface UserChange {
  /** The user as it was when the editing began. */
  seen: User;
  set?: Record<string, JsonValue>;
  unset?: string[];
  /** What the change is about, as it is in a user. It is a conflict only if somebody else changed this. */
  partOf(user: User): unknown;
}

/** Somebody else has changed the same, meanwhile. */
export class EditConflict extends Error {
  constructor(
    readonly theirs: User,
    /** Who it was, and when, if the log still says. */
    readonly by: { actor: string; at: number } | undefined,
  ) {
    super('Somebody else has changed this meanwhile.');
  }
}

/**
 * Saves a change unless somebody else has changed the same thing meanwhile. A change of something else is no
 * conflict: this one is saved on top.
 */
export function useSaveUser() {
  const client = useClient();
  const live = useLiveEvents();
  return useMutation({
    mutationFn: async ({ seen, set, unset, partOf }: UserChange): Promise<User> => {
      const { id } = seen;
      const save = (if_revision: number) => {
        const update: PartialUserUpdate = { id, if_revision, ...(set && { set }), ...(unset && { unset }) };
        return client.partialUpdateUser(update);
      };
      try {
        return await save(seen.revision);
      } catch (error) {
        if ((error as RollcallError).code !== 'REVISION_CONFLICT') throw error;
      }
      const all = { include_deactivated_users: true };
      const { users } = await client.queryUsers({ id }, [], all);
      const [theirs] = users;
      if (!theirs) throw new Error('The user has been deleted meanwhile.');
      if (JSON.stringify(partOf(theirs)) === JSON.stringify(partOf(seen))) return save(theirs.revision);
      const { events } = await client.api.users.history.query({ user_id: id, limit: 1 });
      const [last] = events;
      throw new EditConflict(
        theirs,
        last && { actor: last.actor.id ?? wordOf(last.actor.type), at: last.created_at },
      );
    },
    onSuccess: user => live.take(user),
  });
}

function wordOf(actor: string): string {
  return actor === 'server' ? 'a back end' : 'Rollcall itself';
}
