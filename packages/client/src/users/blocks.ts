import type { Block, JsonObject, User } from '@rollcall/protocol';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';

/** Whom a user has blocked. The two can open no 1:1 channel. */
export interface Blocks<Custom extends object = JsonObject> {
  /**
   * Blocks a user; who is blocked stays so. Answers with the user who blocks.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`; `INPUT_INVALID` for oneself, and for more than 1,000.
   */
  blockUser(id: string): Promise<User<Custom>>;

  /** Takes a block back; one that is not there is no error. Answers with the user who had blocked. */
  unblockUser(id: string): Promise<User<Custom>>;

  /** Everybody whom the user has blocked, newest first. */
  getBlockedUsers(): Promise<Block[]>;
}

/** The same in the name of the user whom `user_id` names. */
export interface ServerBlocks<Custom extends object = JsonObject> {
  blockUser(id: string, user_id: string): Promise<User<Custom>>;
  unblockUser(id: string, user_id: string): Promise<User<Custom>>;
  getBlockedUsers(user_id: string): Promise<Block[]>;
}

/** The methods of `Blocks` and of `ServerBlocks`. */
export function blocksMethods<Custom extends object>({ blocks }: Api): Blocks<Custom> & ServerBlocks<Custom> {
  return {
    blockUser: async (id: string, user_id?: string) =>
      (await answerOf(blocks.block.mutate({ id, user_id }))).user as User<Custom>,
    unblockUser: async (id: string, user_id?: string) =>
      (await answerOf(blocks.unblock.mutate({ id, user_id }))).user as User<Custom>,
    getBlockedUsers: async (user_id?: string) => (await answerOf(blocks.list.query({ user_id }))).blocks,
  };
}
