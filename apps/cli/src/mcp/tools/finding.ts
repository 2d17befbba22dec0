import {
  type Filter,
  LIMITS,
  QUERY_FIELDS,
  RollcallError,
  type SortKey,
  type User,
} from '@rollcall/protocol';
import {
  countUsersOptionsSchema,
  cursorSchema,
  queryUsersOptionsSchema,
  userIdSchema,
} from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { boundedPage } from '../bounded-page.js';
import { shownUser } from '../shown-user.js';
import { jsonObject, type Tool, type ToolCall, tool } from '../tool.js';
import { ANSWER_BYTES } from '../tool-answer.js';

/** A page that an agent asks for without a number. */
const DEFAULT_LIMIT = 20;

/** What is around the one user of an answer. */
const FRAME_BYTES = 1024;

const limit = z
  .number()
  .int()
  .min(1)
  .max(LIMITS.pageUsers)
  .default(DEFAULT_LIMIT)
  .describe('How many at most. A page may be shorter, where the users are long.');

const next = cursorSchema.optional().describe('The next of the page before, with the same filter and sort.');

/** A filter, with what an agent has to know to write one. */
export const filterInput: z.ZodType<Filter> = jsonObject<Filter>(
  `A filter as in MongoDB, such as {"role":"admin","custom.plan":{"$in":["a","b"]}}; {} means all users. Fields: ${Object.keys(QUERY_FIELDS).join(', ')}, and paths into custom data. The resource rollcall://filters has the rules.`,
);

const { include_deactivated_users, include_deleted_users } = queryUsersOptionsSchema.shape;

/** Users who are left out unless the call asks for them. A filter says everything else. */
export const foundUsersInput = { include_deactivated_users, include_deleted_users };

const sort = z
  .array(z.strictObject({ field: z.string(), direction: z.union([z.literal(1), z.literal(-1)]) }))
  .max(LIMITS.sortFields)
  .optional()
  .describe('Default: newest first.');

/** The tools that find users. */
export const FINDING_TOOLS: readonly Tool[] = [
  tool({
    name: 'find_users',
    title: 'Find users',
    description:
      'Finds the users that match a filter, page by page. Deactivated and deleted users are left out unless you ask for them.',
    input: z.strictObject({ filter: filterInput.optional(), sort, limit, next, ...foundUsersInput }),
    run: ({ filter, sort: keys, ...options }, { client }) => {
      const { limit: most, ...which } = options;
      return pageOfUsers(client, most, { filter: filter ?? {}, sort: keys as SortKey[] | undefined, which });
    },
  }),
  tool({
    name: 'search_users',
    title: 'Search users by name',
    description:
      'Finds users whose name or id has words that begin with the words of a text, whatever their case and accents, such as "luk" for "Łukasz".',
    input: z.strictObject({
      text: z.string().min(1).max(LIMITS.filterValueLength),
      limit,
      next,
      include_deactivated_users,
    }),
    run: ({ text, limit: most, ...which }, { client }) => {
      const filter = { $or: [{ name: { $autocomplete: text } }, { id: { $autocomplete: text } }] };
      return pageOfUsers(client, most, { filter, which });
    },
  }),
  tool({
    name: 'get_user',
    title: 'Get a user',
    description: 'Reads one user by its id, with all custom data, also one that is deactivated or deleted.',
    input: z.strictObject({ id: userIdSchema }),
    run: async ({ id }, { client }) => ({
      user: shownUser(await userOf(client, id), ANSWER_BYTES - FRAME_BYTES),
    }),
  }),
  tool({
    name: 'count_users',
    title: 'Count users',
    description: 'Counts the users that match a filter. "more" says that there are more than were counted.',
    input: z.strictObject({
      filter: filterInput.optional(),
      up_to: countUsersOptionsSchema.shape.up_to,
      ...foundUsersInput,
    }),
    run: ({ filter, ...options }, { client }) => client.countUsers(filter ?? {}, options),
  }),
];

async function pageOfUsers(
  client: ToolCall['client'],
  most: number,
  asked: { filter: Filter; sort?: SortKey[] | undefined; which: object },
): Promise<object> {
  const { filter, sort: keys = [], which } = asked;
  const read = async (count: number) => {
    const page = await client.queryUsers(filter, keys, { ...which, limit: count });
    return { items: page.users, next: page.next };
  };
  const { items, ...more } = await boundedPage(most, read, (user: User) => shownUser(user));
  return { users: items, ...more };
}

/** One user, whatever became of it. @throws RollcallError `USER_NOT_FOUND` */
export async function userOf(client: ToolCall['client'], id: string): Promise<User> {
  const [user] = await usersOf(client, [id]);
  if (user) return user;
  throw new RollcallError('USER_NOT_FOUND', `id: there is no user ${id}`, { field: 'id' });
}

/** Those of some users who are stored, whatever became of them, in the order of the ids. */
export async function usersOf(client: ToolCall['client'], ids: readonly string[]): Promise<User[]> {
  const { users } = await client.queryUsers({ id: { $in: [...ids] } }, [], {
    limit: LIMITS.pageUsers,
    include_deactivated_users: true,
    include_deleted_users: true,
  });
  const found = new Map(users.map(user => [user.id, user]));
  return ids.flatMap(id => found.get(id) ?? []);
}
