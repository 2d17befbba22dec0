import type { ActionOf } from '@rollcall/client/server';
import type { JsonObject } from '@rollcall/protocol';
import { userActionSchema, userIdSchema } from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { CONFIRMATION_SHAPE, onceConfirmed } from '../confirmed.js';
import { briefUser } from '../shown-user.js';
import { type Tool, tool } from '../tool.js';
import { filterInput, foundUsersInput } from './finding.js';

/** An export is not for agents: its link needs no token, and the file holds everything about everybody in it. */
const [deactivate, reactivate, remove, ban, unban, set, _export, revokeTokens] = userActionSchema.options;

const actionInput = z.discriminatedUnion('type', [
  deactivate,
  reactivate,
  remove,
  ban,
  unban,
  set,
  revokeTokens,
]);

/** The tool that does one thing to all users that match a filter. */
export const ACTING_TOOLS: readonly Tool[] = [
  tool({
    name: 'act_on_users',
    title: 'Do one thing to all users that match',
    description:
      'Deactivates, reactivates, deletes, bans, unbans, changes, or revokes the tokens of all users that match a filter. The first call only says how many match, and shows some of them. The second one does it, if still exactly so many match.',
    input: z.strictObject({
      filter: filterInput,
      action: actionInput,
      ...foundUsersInput,
      created_by_id: userIdSchema.optional(),
      ...CONFIRMATION_SHAPE,
    }),
    writes: { destructive: true, idempotent: false },
    run: async (input, call) => {
      const { filter, action: given, confirmation: _confirmation, ...how } = input;
      const action = given as ActionOf<JsonObject>;
      const { count, more, sample, products } = await call.client.previewActOnUsers(filter, action, how);
      return onceConfirmed(call, {
        tool: 'act_on_users',
        input,
        preview: {
          count,
          ...(more && { more }),
          ...(products && { content: products }),
          sample: sample.map(briefUser),
        },
        act: async () => {
          // The server counts again, and refuses another number.
          const { task_id } = await call.client.actOnUsers(filter, action, {
            ...how,
            expected: { count, more },
          });
          return {
            changed: true,
            task_id,
            next_step: 'The work is a task; get_task with wait_seconds says what became of it.',
          };
        },
      });
    },
  }),
];
