import { type DeleteUsersOptions, LIMITS, type User } from '@rollcall/protocol';
import { deleteUsersSchema, taskIdSchema, userIdSchema, userIdsSchema } from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { CONFIRMATION_SHAPE, onceConfirmed } from '../confirmed.js';
import { shownTask } from '../shown-task.js';
import { briefUser } from '../shown-user.js';
import { type Tool, type ToolCall, tool } from '../tool.js';
import { usersOf } from './finding.js';

/** Users who are named in a preview. */
const SAMPLE = 10;

const WHO = {
  ids: userIdsSchema().describe(`The ids of 1–${LIMITS.batchUsers} users.`),
  created_by_id: userIdSchema.optional().describe('The user on whose behalf this is done. Events name it.'),
};

/** The tools that end and begin the life of users, each as a task. */
export const LIFE_CYCLE_TOOLS: readonly Tool[] = [
  tool({
    name: 'deactivate_users',
    title: 'Deactivate users',
    description:
      'Deactivates users: they cannot sign in until they are reactivated. The first call only says how many it would be.',
    input: z.strictObject({
      ...WHO,
      mark_messages_deleted: z.boolean().default(false).describe('Whether their messages are hidden, too.'),
      ...CONFIRMATION_SHAPE,
    }),
    writes: { destructive: true, idempotent: true },
    run: async (input, call) => {
      const { ids, confirmation: _confirmation, ...how } = input;
      return onceConfirmed(call, {
        tool: 'deactivate_users',
        input,
        preview: await previewOf(call, ids, user => user.deactivated_at === undefined),
        act: () => started(call.client.deactivateUsers(ids, how)),
      });
    },
  }),
  tool({
    name: 'reactivate_users',
    title: 'Reactivate users',
    description:
      'Lets deactivated users sign in again. One user is reactivated at once; for several, the first call only says how many it would be.',
    input: z.strictObject({
      ...WHO,
      restore_messages: z
        .boolean()
        .default(false)
        .describe('Whether the messages that were hidden come back.'),
      ...CONFIRMATION_SHAPE,
    }),
    writes: { destructive: false, idempotent: true },
    run: async (input, call) => {
      const { ids, confirmation: _confirmation, ...how } = input;
      const act = () => started(call.client.reactivateUsers(ids, how));
      if (ids.length === 1) return act();
      const preview = await previewOf(call, ids, user => user.deactivated_at !== undefined);
      return onceConfirmed(call, { tool: 'reactivate_users', input, preview, act });
    },
  }),
  tool({
    name: 'delete_users',
    title: 'Delete users',
    description:
      'Deletes users. user: soft keeps everything and can be restored, pruning empties the user, hard erases it and cannot be undone; hard needs messages and conversations to be hard, too. Content that you do not name stays. The first call only says how many users and how much content it would be.',
    input: deleteUsersSchema.safeExtend(CONFIRMATION_SHAPE),
    writes: { destructive: true, idempotent: true },
    run: async (input, call) => {
      const { ids, confirmation: _confirmation, ...modes } = input;
      // Which of them go together, the schema has checked.
      const how = modes as DeleteUsersOptions;
      const [{ users: count, products }, stored] = await Promise.all([
        call.client.previewDeleteUsers(ids, how),
        usersOf(call.client, ids),
      ]);
      return onceConfirmed(call, {
        tool: 'delete_users',
        input,
        preview: { count, content: products, sample: stored.slice(0, SAMPLE).map(briefUser) },
        act: () => started(call.client.deleteUsers(ids, how)),
      });
    },
  }),
  tool({
    name: 'restore_users',
    title: 'Restore deleted users',
    description:
      'Brings soft-deleted users back. One user is restored at once; for several, the first call only says how many it would be.',
    input: z.strictObject({
      ...WHO,
      restore_content: z
        .boolean()
        .default(false)
        .describe('Whether the content that their deletion hid comes back.'),
      ...CONFIRMATION_SHAPE,
    }),
    writes: { destructive: false, idempotent: true },
    run: async (input, call) => {
      const { ids, confirmation: _confirmation, ...how } = input;
      const act = () => started(call.client.restoreUsers(ids, how));
      if (ids.length === 1) return act();
      const preview = await previewOf(call, ids, user => user.deleted_at !== undefined);
      return onceConfirmed(call, { tool: 'restore_users', input, preview, act });
    },
  }),
  tool({
    name: 'cancel_task',
    title: 'Cancel a task',
    description: 'Stops a task between two users. What it has done stays done.',
    input: z.strictObject({ task_id: taskIdSchema }),
    writes: { destructive: true, idempotent: true },
    run: async ({ task_id }, { client }) => ({ task: shownTask(await client.cancelTask(task_id)) }),
  }),
];

/** Which of the named users something would change, and who of them is not there. */
async function previewOf({ client }: ToolCall, ids: readonly string[], changes: (user: User) => boolean) {
  const stored = await usersOf(client, ids);
  const there = new Set(stored.map(({ id }) => id));
  const unknown = ids.filter(id => !there.has(id));
  const concerned = stored.filter(changes);
  return {
    count: concerned.length,
    unchanged: stored.length - concerned.length,
    ...(unknown.length > 0 && { unknown_ids: unknown.slice(0, SAMPLE) }),
    sample: concerned.slice(0, SAMPLE).map(briefUser),
  };
}

/** A task that has begun. */
async function started(task: Promise<{ task_id: string }>): Promise<object> {
  const { task_id } = await task;
  return {
    changed: true,
    task_id,
    next_step: 'The work is a task; get_task with wait_seconds says what became of it.',
  };
}
