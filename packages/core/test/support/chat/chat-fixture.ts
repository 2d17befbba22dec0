import type { MessageContent } from '@rollcall/protocol';
import type { TestEngine } from '@rollcall/testing';
import sql, { raw } from 'sql-template-tag';
import {
  type ChannelMemberRow,
  type ChannelRow,
  channelMemberTable,
  channelTable,
} from '../../../src/products/chat/channel-table.js';
import { Chat } from '../../../src/products/chat/chat.js';
import { type FlagRow, flagTable } from '../../../src/products/chat/flags.js';
import { type MessageRow, messageTable } from '../../../src/products/chat/message-table.js';
import { type ReactionRow, reactionTable } from '../../../src/products/chat/reactions.js';
import { type ResponseTimeRow, responseTimeTable } from '../../../src/products/chat/response-time.js';
import { ContentFixture } from '../products/content-fixture.js';

/** A back end as viewer. */
export const BACK_END = { kind: 'server' } as const;

/** A user as viewer. */
export function as(userId: string) {
  return { kind: 'user', userId } as const;
}

/** Everything that chat stores. */
export interface StoredChat {
  channels: ChannelRow[];
  members: ChannelMemberRow[];
  messages: MessageRow[];
  reactions: ReactionRow[];
  flags: FlagRow[];
  responseTimes: ResponseTimeRow[];
}

/** Chat on its own database, with shortcuts for what its tests do often. */
export class ChatFixture {
  readonly content: ContentFixture;
  readonly chat: Chat;

  private constructor(content: ContentFixture) {
    this.content = content;
    this.chat = new Chat(content.unitOfWork);
  }

  /** Opens the fixture with the users ann, ben and cat. */
  static async open(engine: TestEngine): Promise<ChatFixture> {
    const fixture = new ChatFixture(await ContentFixture.open(engine));
    await fixture.content.addUsers('ann', 'ben', 'cat');
    return fixture;
  }

  /** Creates a named channel, owned by the first user. */
  async group(id: string, [owner = 'ann', ...members]: readonly string[]): Promise<string> {
    const request = { viewer: BACK_END, type: 'team', id, userId: owner, members };
    return this.cidOf(this.chat.createChannel(request));
  }

  /** The 1:1 channel of two users. */
  async pair(userId: string, other: string, type = 'messaging'): Promise<string> {
    return this.cidOf(this.chat.createChannel({ viewer: as(userId), type, userId, members: [other] }));
  }

  async cidOf(page: ReturnType<Chat['createChannel']>): Promise<string> {
    return (await page).channels[0]?.row.cid ?? '';
  }

  /** Sends a message whose text names its id, unless other content is given. */
  async send(
    userId: string,
    cid: string,
    message: MessageContent & { id: string; parent_id?: string },
  ): Promise<void> {
    await this.chat.sendMessage({ userId, cid, text: `text of ${message.id}`, ...message });
  }

  /** The ids of the messages that a viewer sees in a channel, newest first. */
  async seen(viewer: Parameters<Chat['queryMessages']>[0], cid: string): Promise<string[]> {
    const { messages } = await this.chat.queryMessages(viewer, { cid, limit: 100 });
    return messages.map(({ row }) => row.id);
  }

  /** Every row of every table of chat. */
  async stored(): Promise<StoredChat> {
    return {
      channels: await this.content.rows(channelTable),
      members: await this.content.rows(channelMemberTable),
      messages: await this.content.rows(messageTable),
      reactions: await this.content.rows(reactionTable),
      flags: await this.content.rows(flagTable),
      responseTimes: await this.content.rows(responseTimeTable),
    };
  }

  /** Writes one column of a user, as moderation does. */
  async setUser(
    id: string,
    column: 'shadow_banned' | 'blocked_user_ids' | 'teams',
    value: unknown,
  ): Promise<void> {
    const literal = typeof value === 'boolean' ? raw(String(value)) : sql`${JSON.stringify(value)}`;
    await this.content.unitOfWork.write(transaction =>
      transaction.query(sql`UPDATE users SET ${raw(column)} = ${literal} WHERE id = ${id}`),
    );
  }

  close(): Promise<void> {
    return this.content.close();
  }
}
