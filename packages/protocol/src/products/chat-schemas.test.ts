import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.js';
import {
  changeMembersSchema,
  channelSchema,
  createChannelSchema,
  queryMessagesSchema,
  reactionSchema,
  sendMessageSchema,
} from './chat-schemas.js';

describe('the input of chat', () => {
  const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
    schema.safeParse(value).success;

  it('names channels and messages by letters, digits, _ and -', () => {
    expect(accepts(createChannelSchema, { type: 'team', id: 'a_B-1' })).toBe(true);
    for (const id of ['', 'a b', '!pair-1', 'a:b', 'x'.repeat(LIMITS.contentIdLength + 1)]) {
      expect(accepts(createChannelSchema, { type: 'team', id })).toBe(false);
    }
    for (const cid of ['team:one', 'messaging:!pair-1']) expect(accepts(channelSchema, { cid })).toBe(true);
    for (const cid of ['team', 'team:', ':one', 'team:a:b', 'team:a!']) {
      expect(accepts(channelSchema, { cid })).toBe(false);
    }
  });

  it('is refused with what it does not know', () => {
    expect(accepts(sendMessageSchema, { cid: 'team:one', text: 'x', txt: 'y' })).toBe(false);
  });

  it('has texts that every engine stores, up to their length', () => {
    const send = (text: string) => accepts(sendMessageSchema, { cid: 'team:one', text });
    expect(send('x'.repeat(LIMITS.messageTextLength))).toBe(true);
    expect(send('x'.repeat(LIMITS.messageTextLength + 1))).toBe(false);
    expect(send('a\u0000b')).toBe(false);
    expect(send('\ud800')).toBe(false);
  });

  it('has attachments and custom data that are JSON objects, and says where one is not', () => {
    const send = (content: object) => sendMessageSchema.safeParse({ cid: 'team:one', ...content });
    expect(send({ attachments: Array.from({ length: LIMITS.attachments }, () => ({})) }).success).toBe(true);
    expect(send({ attachments: Array.from({ length: LIMITS.attachments + 1 }, () => ({})) }).success).toBe(
      false,
    );
    expect(send({ attachments: ['x'] }).success).toBe(false);
    expect(send({ custom: [] }).success).toBe(false);
    expect(send({ custom: { data: 'x'.repeat(LIMITS.customBytes) } }).success).toBe(false);
    const found = send({ attachments: [{ ok: 1 }, { size: Number.NaN }] });
    expect(found.error?.issues[0]?.path).toEqual(['attachments', 1, 'size']);
  });

  it('names each member once, and a hundred at most', () => {
    const change = (members: string[]) => accepts(changeMembersSchema, { cid: 'team:one', members });
    const many = Array.from({ length: LIMITS.channelMembers + 1 }, (_, index) => `user${index}`);
    expect(change(many.slice(1))).toBe(true);
    for (const members of [[], many, ['ann', 'ann'], ['no id']]) expect(change(members)).toBe(false);
  });

  it('has reactions of letters, digits, _, + and -', () => {
    const react = (type: string) => accepts(reactionSchema, { message_id: 'm1', type });
    for (const type of ['like', '+1', 'x'.repeat(LIMITS.reactionLength)]) expect(react(type)).toBe(true);
    for (const type of ['', 'a b', '👍', 'x'.repeat(LIMITS.reactionLength + 1)])
      expect(react(type)).toBe(false);
  });

  it('asks for thirty of a list unless it says otherwise', () => {
    expect(queryMessagesSchema.parse({ cid: 'team:one' })).toEqual({
      cid: 'team:one',
      limit: LIMITS.pageContentDefault,
      include_deleted: false,
    });
    expect(accepts(queryMessagesSchema, { cid: 'team:one', limit: LIMITS.pageContent + 1 })).toBe(false);
  });
});
