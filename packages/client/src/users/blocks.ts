import type { Block, JsonObject, User } from '@rollcall/protocol';
import { type ArgumentsOf, checked } from '../check/checked-methods.js';
import { userId } from '../check/kinds.js';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';
import { allPages } from './users.js';

/** The users that a user has blocked. The two cannot open a 1:1 channel. */
export interface Blocks<Custom extends object = JsonObject> {
  /**
   * Blocks a user. A second call changes nothing. Returns the user who blocks.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`; `INPUT_INVALID` for the caller itself, and beyond 1,000
   * blocks.
   */
  blockUser(id: string): Promise<User<Custom>>;

  /** Removes a block. It is no error if the user was not blocked. Returns the user who had blocked. */
  unblockUser(id: string): Promise<User<Custom>>;

  /** Lists all users that the user has blocked, newest first: one call for each hundred of them, or for a MiB. */
  getBlockedUsers(): Promise<Block[]>;
}

/** The same on behalf of the user `user_id`. */
export interface ServerBlocks<Custom extends object = JsonObject> {
  blockUser(id: string, user_id: string): Promise<User<Custom>>;
  unblockUser(id: string, user_id: string): Promise<User<Custom>>;
  getBlockedUsers(user_id: string): Promise<Block[]>;
}

/** What the methods of `Blocks` take. */
const ARGUMENTS: ArgumentsOf<Blocks> = {
  blockUser: [['id', userId]],
  unblockUser: [['id', userId]],
  getBlockedUsers: [],
};

/** What the methods of `ServerBlocks` take. */
const SERVER_ARGUMENTS: ArgumentsOf<ServerBlocks> = {
  blockUser: [
    ['id', userId],
    ['user_id', userId],
  ],
  unblockUser: [
    ['id', userId],
    ['user_id', userId],
  ],
  getBlockedUsers: [['user_id', userId]],
};

/** The methods of `Blocks`. */
export function blocksMethods<Custom extends object>(api: Api): Blocks<Custom> {
  return checked<Blocks<Custom>>(methodsOf(api), ARGUMENTS);
}

/** The methods of `ServerBlocks`. */
export function serverBlocksMethods<Custom extends object>(api: Api): ServerBlocks<Custom> {
  return checked<ServerBlocks<Custom>>(methodsOf(api), SERVER_ARGUMENTS);
}

function methodsOf<Custom extends object>({ blocks }: Api): Blocks<Custom> & ServerBlocks<Custom> {
  return {
    blockUser: async (id: string, user_id?: string) =>
      (await answerOf(blocks.block.mutate({ id, user_id }))).user as User<Custom>,
    unblockUser: async (id: string, user_id?: string) =>
      (await answerOf(blocks.unblock.mutate({ id, user_id }))).user as User<Custom>,
    getBlockedUsers: (user_id?: string) =>
      all(async next => {
        const page = await answerOf(blocks.list.query({ user_id, next }));
        return { items: page.blocks, next: page.next };
      }),
  };
}

async function all<Item>(read: Parameters<typeof allPages<Item>>[0]): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of allPages(read)) items.push(item);
  return items;
}
