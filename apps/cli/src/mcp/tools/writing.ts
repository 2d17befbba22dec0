import { toRollcallError } from '@rollcall/client/server';
import { LIMITS, type PartialUserUpdate, type UpsertUserInput, type User } from '@rollcall/protocol';
import { banUserSchema, userIdSchema } from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { CONFIRMATION_SHAPE, onceConfirmed } from '../confirmed.js';
import { briefUser, shownUser } from '../shown-user.js';
import { jsonObject, type Tool, type ToolCall, tool } from '../tool.js';
import { usersOf } from './finding.js';

/** Users of an answer to a write of many. */
const SAMPLE = 10;

/** The tools that write single users at once, and many once that is confirmed. */
export const WRITING_TOOLS: readonly Tool[] = [
  tool({
    name: 'upsert_users',
    title: 'Create or replace users',
    description:
      'Creates users, or replaces them: a field that you do not name goes back to its default, custom data too. To change parts of a user use update_user. One new user is created at once; several users, or one that exists, are changed once you have confirmed the preview.',
    input: z.strictObject({
      users: z
        .array(
          jsonObject<UpsertUserInput>(
            'Such as {"id":"jane","name":"Jane","role":"user","teams":["red"],"custom":{"plan":"pro"}}.',
          ),
        )
        .min(1)
        .max(LIMITS.batchUsers),
      ...CONFIRMATION_SHAPE,
    }),
    writes: { destructive: true, idempotent: true },
    run: async (input, call) => {
      const { users } = input;
      const preview = await previewOf(call, users);
      if (users.length === 1 && preview.count === 0) return { ...preview, changed: false };
      // If somebody else creates the user in between, it is not replaced: revision 0 says that there is no such user.
      if (users.length === 1 && preview.created === 1)
        return written(call, [{ if_revision: 0, ...users[0] }]);
      return onceConfirmed(call, { tool: 'upsert_users', input, preview, act: () => written(call, users) });
    },
  }),
  tool({
    name: 'update_user',
    title: 'Change parts of a user',
    description:
      'Sets and unsets parts of one user, and leaves everything else as it is. Paths are dotted, such as "name", "role" or "custom.plan". With if_revision it fails if somebody else has changed the user since.',
    input: z.strictObject({
      id: userIdSchema,
      set: jsonObject<Record<string, never>>(
        'Values by their paths, such as {"role":"admin","custom.plan":"pro"}.',
      ).optional(),
      unset: z.array(z.string()).max(LIMITS.updatePaths).optional(),
      if_revision: z.number().int().min(0).optional(),
    }),
    writes: { destructive: true, idempotent: true },
    run: async (update, { client }) =>
      shownChange(await client.partialUpdateUser(update as PartialUserUpdate)),
  }),
  tool({
    name: 'ban_user',
    title: 'Ban a user',
    description:
      'Bans a user, or replaces its ban. A banned user can read, but not write. timeout is in minutes; without timeout and expires_at the ban lasts until it is ended. A shadow ban is not told to the user.',
    input: banUserSchema,
    writes: { destructive: true, idempotent: false },
    run: async ({ id, ...how }, { client }) => shownChange(await client.banUser(id, how)),
  }),
  tool({
    name: 'unban_user',
    title: 'End a ban',
    description: 'Ends the ban of a user; with shadow its shadow ban. It is no error if there is no ban.',
    input: z.strictObject({ id: userIdSchema, shadow: z.boolean().default(false) }),
    writes: { destructive: false, idempotent: true },
    run: async ({ id, shadow }, { client }) =>
      shownChange(await (shadow ? client.removeShadowBan(id) : client.unbanUser(id))),
  }),
];

function shownChange(user: User): object {
  return { user: shownUser(user) };
}

/** What an upsert would do. The server looks at it as if it wrote it, so that a wrong input is refused here already. */
async function previewOf({ client }: ToolCall, users: UpsertUserInput[]) {
  const answer = await client.api.users.upsert.mutate({ users, dry_run: true }).catch(error => {
    throw toRollcallError(error);
  });
  const { created = 0, updated = 0, unchanged = 0 } = answer.counts ?? {};
  const stored = await usersOf(client, Object.keys(answer.users));
  return {
    count: created + updated,
    created,
    updated,
    unchanged,
    sample: stored.slice(0, SAMPLE).map(briefUser),
  };
}

async function written({ client, signal }: ToolCall, users: object[]): Promise<object> {
  signal.throwIfAborted();
  const { users: stored, counts } = await client.upsertUsers(users as UpsertUserInput[]);
  return { changed: true, ...counts, sample: Object.values(stored).slice(0, SAMPLE).map(briefUser) };
}
