import type { MessageContent } from '@rollcall/protocol';
import { type QueryLimits, queryLane } from '../../database/read-lane.js';
import type { UnitOfWork, WriteTransaction } from '../../database/unit-of-work.js';
import type { Viewer } from '../../users/viewer.js';
import type { Product } from '../product.js';
import { addMembers, type MemberChange, removeMembers } from './change-members.js';
import { deleteMessage, updateMessage } from './change-message.js';
import { chatProduct } from './chat-product.js';
import { createChannel, type NewChannel } from './create-channel.js';
import { type FlagPage, flagMessage, queryFlags, unflagMessage } from './flags.js';
import { findMessage, type MessageRow } from './message-table.js';
import {
  type ChannelPage,
  getChannel,
  type ParsedQueryChannels,
  queryChannels,
  viewChannels,
} from './query-channels.js';
import { type MessagePage, type ParsedQueryMessages, queryMessages, viewMessages } from './query-messages.js';
import { addReaction, type ReactionChange, removeReaction } from './reactions.js';
import { type NewMessage, sendMessage } from './send-message.js';

/**
 * The product chat: channels, messages, reactions and flags. The caller has checked the form of the input and that the
 * operation is allowed at all; this class checks who owns the channel or message. Content that the viewer may not see
 * is `NOT_FOUND`, as if it did not exist. Every write in a user's name is refused with `USER_NOT_FOUND`,
 * `USER_DELETED`, `USER_DEACTIVATED` or `USER_BANNED` if that user may not write.
 */
export class Chat {
  /** Chat, as the life cycle of users sees it. */
  readonly product: Product = chatProduct;
  readonly #unitOfWork: UnitOfWork;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /** Makes a channel, or finds the existing one. @throws RollcallError `NOT_ALLOWED`, `INPUT_INVALID` */
  createChannel(request: NewChannel): Promise<ChannelPage> {
    return this.#unitOfWork.write(async transaction =>
      viewChannels(transaction, request.viewer, [await createChannel(transaction, request)]),
    );
  }

  /** One channel, as a page of one. @throws RollcallError `NOT_FOUND` */
  getChannel(viewer: Viewer, channel: { cid: string; includeDeleted?: boolean }): Promise<ChannelPage> {
    return this.#unitOfWork.read(transaction =>
      getChannel(transaction, viewer, { includeDeleted: false, ...channel }),
    );
  }

  /** One page of channels, newest first. @throws RollcallError `CURSOR_INVALID` */
  queryChannels(viewer: Viewer, query: ParsedQueryChannels, limits?: QueryLimits): Promise<ChannelPage> {
    return this.#unitOfWork.read(transaction => queryChannels(transaction, viewer, query), queryLane(limits));
  }

  /** Adds members. @throws RollcallError `NOT_FOUND`, `NOT_ALLOWED` */
  addMembers(viewer: Viewer, change: MemberChange): Promise<ChannelPage> {
    return this.#unitOfWork.write(async transaction => {
      const row = await addMembers(transaction, viewer, change);
      return viewChannels(transaction, viewer, [row]);
    });
  }

  /** Removes members. @throws RollcallError `NOT_FOUND`, `NOT_ALLOWED` */
  removeMembers(viewer: Viewer, change: MemberChange): Promise<ChannelPage> {
    return this.#unitOfWork.write(async transaction => {
      const row = await removeMembers(transaction, viewer, change);
      return viewChannels(transaction, viewer, [row]);
    });
  }

  /** Sends a message, as a page of one. @throws RollcallError `NOT_FOUND`, `INPUT_INVALID` */
  sendMessage(message: NewMessage): Promise<MessagePage> {
    return this.#writeMessage({ kind: 'user', userId: message.userId }, transaction =>
      sendMessage(transaction, message),
    );
  }

  /** Changes the named fields of a message. @throws RollcallError `NOT_FOUND`, `NOT_ALLOWED`, `INPUT_INVALID` */
  updateMessage(viewer: Viewer, change: MessageContent & { id: string }): Promise<MessagePage> {
    return this.#writeMessage(viewer, transaction => updateMessage(transaction, viewer, change));
  }

  /** Deletes one message; `hard` is for servers. @throws RollcallError `NOT_FOUND`, `NOT_ALLOWED` */
  deleteMessage(viewer: Viewer, { id, hard = false }: { id: string; hard?: boolean }): Promise<MessagePage> {
    return this.#writeMessage(viewer, transaction => deleteMessage(transaction, viewer, { id, hard }));
  }

  /** One message, as a page of one. @throws RollcallError `NOT_FOUND` */
  getMessage(viewer: Viewer, message: { id: string; includeDeleted?: boolean }): Promise<MessagePage> {
    return this.#unitOfWork.read(async transaction =>
      viewMessages(transaction, viewer, [await findMessage(transaction, viewer, message)]),
    );
  }

  /** One page of the messages of a channel, newest first. @throws RollcallError `NOT_FOUND`, `CURSOR_INVALID` */
  queryMessages(viewer: Viewer, query: ParsedQueryMessages, limits?: QueryLimits): Promise<MessagePage> {
    return this.#unitOfWork.read(transaction => queryMessages(transaction, viewer, query), queryLane(limits));
  }

  /** Adds a reaction, once. @throws RollcallError `NOT_FOUND` */
  addReaction(reaction: ReactionChange): Promise<MessagePage> {
    return this.#writeMessage({ kind: 'user', userId: reaction.userId }, transaction =>
      addReaction(transaction, reaction),
    );
  }

  /** Removes a reaction. @throws RollcallError `NOT_FOUND` */
  removeReaction(reaction: ReactionChange): Promise<MessagePage> {
    return this.#writeMessage({ kind: 'user', userId: reaction.userId }, transaction =>
      removeReaction(transaction, reaction),
    );
  }

  /** Flags a message for the app's moderators. @throws RollcallError `NOT_FOUND` */
  flagMessage(flag: { userId: string; message_id: string; reason?: string }): Promise<MessagePage> {
    return this.#writeMessage({ kind: 'user', userId: flag.userId }, transaction =>
      flagMessage(transaction, flag),
    );
  }

  /** Removes a flag. @throws RollcallError `NOT_FOUND` */
  unflagMessage(flag: { userId: string; message_id: string }): Promise<MessagePage> {
    return this.#writeMessage({ kind: 'user', userId: flag.userId }, transaction =>
      unflagMessage(transaction, flag),
    );
  }

  /** One page of flags, newest first; for servers. @throws RollcallError `CURSOR_INVALID` */
  queryFlags(page: { limit: number; next?: string }, limits?: QueryLimits): Promise<FlagPage> {
    return this.#unitOfWork.read(transaction => queryFlags(transaction, page), queryLane(limits));
  }

  #writeMessage(
    viewer: Viewer,
    write: (transaction: WriteTransaction) => Promise<MessageRow>,
  ): Promise<MessagePage> {
    return this.#unitOfWork.write(async transaction =>
      viewMessages(transaction, viewer, [await write(transaction)]),
    );
  }
}
