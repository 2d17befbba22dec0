import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findUser } from '../../src/users/find-users.js';
import { BACK_END, ChatFixture } from '../support/chat/chat-fixture.js';

describeOnEveryEngine('the response time of a user', engine => {
  let fixture: ChatFixture;
  let cid: string;
  let sent = 0;

  beforeEach(async () => {
    fixture = await ChatFixture.open(engine);
    cid = await fixture.group('one', ['ann', 'ben', 'cat']);
  });

  afterEach(() => fixture.close());

  const user = (id: string) => fixture.content.unitOfWork.read(transaction => findUser(transaction, id));
  /** Sends a message so many seconds after the last thing that happened. */
  const after = async (seconds: number, userId: string, channel = cid) => {
    fixture.content.clock.now += seconds * 1000 - 1;
    sent += 1;
    const id = `m${sent}`;
    await fixture.send(userId, channel, { id });
    return id;
  };
  const timeOf = async (id: string) => (await user(id)).avg_response_time;

  it('is the mean time from the first message of others to the next own one, in seconds', async () => {
    await after(0, 'ann');
    expect(await timeOf('ann')).toBeUndefined();
    await after(30, 'ben'); // 30 s after ann
    expect(await timeOf('ben')).toBe(30);
    await after(60, 'cat'); // 90 s after ann, who was first
    expect(await timeOf('cat')).toBe(90);
    await after(10, 'ann'); // 70 s after ben, who was first
    expect(await timeOf('ann')).toBe(70);
    await after(5, 'ann'); // nobody else wrote meanwhile
    expect(await timeOf('ann')).toBe(70);
    await after(5, 'ben'); // 20 s after cat, who was first: (30 + 20) / 2
    expect(await timeOf('ben')).toBe(25);
    await after(3, 'ann'); // 3 s after ben: (70 + 3) / 2, rounded
    expect(await timeOf('ann')).toBe(37);
  });

  it('changes neither the revision of the user nor what was written beside it, and tells nobody', async () => {
    await after(0, 'ann');
    const before = await user('ben');
    await after(30, 'ben');
    expect(await user('ben')).toEqual({ ...before, avg_response_time: 30 });
    expect(await fixture.content.newEvents()).toEqual([]);
  });

  it('begins when the user joins', async () => {
    await fixture.chat.removeMembers(BACK_END, { cid, members: ['cat'] });
    await after(0, 'ann');
    fixture.content.clock.now += 100_000;
    await fixture.chat.addMembers(BACK_END, { cid, members: ['cat'] });
    await after(10, 'cat');
    expect(await timeOf('cat')).toBeUndefined();
    await after(10, 'ann');
    await after(7, 'cat');
    expect(await timeOf('cat')).toBe(7);
  });

  it('counts each channel for itself', async () => {
    const other = await fixture.group('two', ['ann', 'ben']);
    await after(0, 'ann');
    await after(20, 'ben', other);
    expect(await timeOf('ben')).toBeUndefined();
    await after(20, 'ben');
    expect(await timeOf('ben')).toBe(40);
  });

  it('of a user goes on under a shadow ban: otherwise the user would know of it', async () => {
    await after(0, 'ann');
    await after(10, 'cat');
    await fixture.setUser('cat', 'shadow_banned', true);
    await after(0, 'ann');
    await after(30, 'cat');
    expect(await timeOf('cat')).toBe(20);
  });

  it('knows nothing of hidden messages of others or deleted ones, nor of tries that were repeated', async () => {
    await fixture.setUser('cat', 'shadow_banned', true);
    await after(0, 'cat');
    const deleted = await after(10, 'ann');
    await fixture.chat.deleteMessage(BACK_END, { id: deleted });
    await after(10, 'ben');
    expect(await timeOf('ben')).toBeUndefined();
    await after(10, 'ann');
    expect(await timeOf('ann')).toBe(10);
    await fixture.send('ann', cid, { id: `m${sent}` });
    expect((await fixture.stored()).responseTimes).toEqual([
      { user_id: 'ann', responses: 1, total_ms: expect.any(Number) },
    ]);
  });
});
