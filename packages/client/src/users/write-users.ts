import type { PartialUserUpdate, UpsertUserInput, User, UsersAnswer } from '@rollcall/protocol';
import { RollcallError } from '@rollcall/protocol';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';

/** Replaces a batch of users. */
export async function upsertUsers<Custom extends object>(
  api: Api,
  users: UpsertUserInput<Custom>[],
): Promise<UsersAnswer<Custom>> {
  // The types of custom data end here: on the wire it is any JSON.
  const input = { users: users as unknown as UpsertUserInput[] };
  return (await answerOf(api.users.upsert.mutate(input))) as UsersAnswer<Custom>;
}

/** Changes parts of a batch of users. */
export async function partialUpdateUsers<Custom extends object>(
  api: Api,
  users: PartialUserUpdate[],
): Promise<UsersAnswer<Custom>> {
  return (await answerOf(api.users.partialUpdate.mutate({ users }))) as UsersAnswer<Custom>;
}

/** The one user of an answer to a batch of one. */
export function onlyUser<Custom extends object>(answer: UsersAnswer<Custom>): User<Custom> {
  const [user] = Object.values(answer.users);
  if (!user) throw new RollcallError('INTERNAL', 'the server answered without the user');
  return user;
}
