import type { Directory } from '@rollcall/core';
import {
  type Actor,
  type DeletionPreview,
  LIMITS,
  RollcallError,
  type User,
  type UserExport,
} from '@rollcall/protocol';
import { deleteUsersSchema, userFieldSchemas, userIdSchema, userIdsSchema } from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { serverProcedure, serverQueryProcedure } from './trpc.js';
import { userFor } from './view.js';

const onBehalf = { created_by_id: userIdSchema.optional() };
const deactivation = { mark_messages_deleted: z.boolean().optional() };
const reactivation = { restore_messages: z.boolean().optional() };
const oneUser = z.strictObject({ id: userIdSchema, ...onBehalf });
const manyUsers = z.strictObject({ ids: userIdsSchema(), ...onBehalf });

/**
 * The life cycle of users (docs/contract/life-cycle.md), a part of the noun `users`. All of it is server only.
 * `created_by_id` is the user whom the events name as their actor. A call refuses what its task cannot do before the task
 * begins: `USER_NOT_FOUND` for unknown ids, `USER_DELETED` for users whose deletion has gone too far, each with `index`.
 */
export const lifeCycleProcedures = {
  /**
   * Deactivates one user at once. A user who is already deactivated stays as it is. With `mark_messages_deleted`, a task
   * hides the user's messages.
   */
  deactivate: serverProcedure
    .input(oneUser.extend(deactivation))
    .mutation(async ({ ctx: { directory, actor }, input }): Promise<{ user: User }> => {
      const { created_by_id, ...deactivated } = input;
      const by = await lifeCycleActor(directory, actor, created_by_id);
      const row = await directory.lifeCycle.deactivateUser(by, deactivated);
      return { user: userFor({ kind: 'server', actor }, row) };
    }),

  /** Deactivates up to 100 users as a task, and hides their messages with `mark_messages_deleted`. */
  deactivateMany: serverProcedure
    .input(manyUsers.extend(deactivation))
    .mutation(async ({ ctx: { directory, actor }, input }): Promise<{ task_id: string }> => {
      const by = await lifeCycleActor(directory, actor, input.created_by_id);
      const { ids, mark_messages_deleted = false } = input;
      return { task_id: await directory.lifeCycle.deactivateUsers(by, ids, mark_messages_deleted) };
    }),

  /**
   * Undoes a deactivation, and gives the user a new name if the input has one. With `restore_messages`, a task brings back
   * the messages that the deactivation hid. @throws `USERNAME_TAKEN`
   */
  reactivate: serverProcedure
    .input(oneUser.extend({ name: userFieldSchemas.name.optional(), ...reactivation }))
    .mutation(async ({ ctx: { directory, actor }, input }): Promise<{ user: User }> => {
      const { created_by_id, ...reactivated } = input;
      const by = await lifeCycleActor(directory, actor, created_by_id);
      const row = await directory.lifeCycle.reactivateUser(by, reactivated);
      return { user: userFor({ kind: 'server', actor }, row) };
    }),

  /** Reactivates up to 100 users as a task, and brings back their messages with `restore_messages`. */
  reactivateMany: serverProcedure
    .input(manyUsers.extend(reactivation))
    .mutation(async ({ ctx: { directory, actor }, input }): Promise<{ task_id: string }> => {
      const by = await lifeCycleActor(directory, actor, input.created_by_id);
      const { ids, restore_messages = false } = input;
      return { task_id: await directory.lifeCycle.reactivateUsers(by, ids, restore_messages) };
    }),

  /**
   * Marks up to 100 users as deleted at once; a task does the rest. `user: "hard"` requires `messages: "hard"` and
   * `conversations: "hard"`. @throws `INPUT_INVALID` for modes that do not go together
   */
  deleteMany: serverProcedure
    .input(deleteUsersSchema)
    .mutation(async ({ ctx: { directory, actor }, input }): Promise<{ task_id: string }> => {
      const by = await lifeCycleActor(directory, actor, input.created_by_id);
      return { task_id: await directory.lifeCycle.deleteUsers(by, input) };
    }),

  /** Counts what `deleteMany` would change. It changes nothing, and refuses what `deleteMany` refuses. */
  previewDelete: serverQueryProcedure
    .input(deleteUsersSchema)
    .query(async ({ ctx: { directory, actor, budget }, input }): Promise<DeletionPreview> => {
      await lifeCycleActor(directory, actor, input.created_by_id);
      return directory.lifeCycle.previewDeletion(input, budget.limits);
    }),

  /**
   * Brings back up to 100 soft-deleted users as a task; with `restore_content`, also the content that their deletion hid.
   * The task reports each user whose name is taken by now.
   */
  restoreMany: serverProcedure
    .input(manyUsers.extend({ restore_content: z.boolean().optional() }))
    .mutation(async ({ ctx: { directory, actor }, input }): Promise<{ task_id: string }> => {
      const by = await lifeCycleActor(directory, actor, input.created_by_id);
      const { ids, restore_content = false } = input;
      return { task_id: await directory.lifeCycle.restoreUsers(by, ids, restore_content) };
    }),

  /** Everything that is stored about one user. @throws `USER_NOT_FOUND`, `PAYLOAD_TOO_LARGE` */
  exportOne: serverQueryProcedure
    .input(z.strictObject({ id: userIdSchema }))
    .query(
      ({ ctx, input }): Promise<UserExport> => ctx.directory.exports.exportUser(input.id, ctx.budget.limits),
    ),

  /** Writes everything that is stored about up to 25 users to a file, as a task; its result holds the link. */
  exportMany: serverProcedure
    .input(z.strictObject({ ids: userIdsSchema(LIMITS.exportUsers), ...onBehalf }))
    .mutation(async ({ ctx: { directory, actor }, input }): Promise<{ task_id: string }> => {
      const by = await lifeCycleActor(directory, actor, input.created_by_id);
      return { task_id: await directory.exports.exportUsers(by, input.ids) };
    }),
};

/**
 * The actor whom the events of a life-cycle change name: the user on whose behalf a back end calls, if it names one.
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
