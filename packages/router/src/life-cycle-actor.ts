import type { Directory } from '@rollcall/core';
import { type Actor, RollcallError } from '@rollcall/protocol';

/**
 * Whom the events of a life-cycle change name: the user on whose behalf a back end calls, where it says so.
 * @throws RollcallError `USER_NOT_FOUND` when there is no such user.
 */
export async function lifeCycleActor(
  directory: Directory,
  actor: Actor,
  createdById?: string,
): Promise<Actor> {
  if (createdById === undefined) return actor;
  const [user] = await directory.users.find([createdById]);
  if (user && user.deleted_at === undefined) return { type: 'user', id: createdById };
  throw new RollcallError('USER_NOT_FOUND', `created_by_id: there is no user "${createdById}"`, {
    field: 'created_by_id',
  });
}
