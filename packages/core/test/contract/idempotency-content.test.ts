import { createCallSchema, type ParsedDeleteUsers } from '@rollcall/protocol/schemas';
import { describeOnEveryDialect, describeOnPostgres } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { as, BACK_END } from '../support/chat/chat-fixture.js';
import { StoredData } from '../support/life-cycle/stored-data.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

/** The keys and what they are found by, as they are stored. */
async function storedKeys({ url }: TestDirectory) {
  const data = await StoredData.open(url);
  const { idempotency_keys = {}, idempotency_users = {}, idempotency_content = {} } = await data.dump();
  await data.close();
  return JSON.stringify({ idempotency_keys, idempotency_users, idempotency_content });
}

const keyed = (directory: TestDirectory, key: string, run: () => Promise<unknown>) =>
  directory.idempotency.once({ key, procedure: 'p', input: key }, run);

/** A message as callers get it. */
const message = async (page: Promise<{ messages: readonly { row: object }[] }>) => ({
  message: (await page).messages[0]?.row,
});

describeOnEveryDialect('an answer that is kept', engine => {
  let directory: TestDirectory;
  let cid: string;

  beforeEach(async () => {
    directory = await openTestDirectory(engine, { runTasks: true });
    await directory.users.upsert(SERVER, [{ id: 'ann' }, { id: 'ben' }, { id: 'cat' }]);
    const group = { viewer: BACK_END, type: 'team', id: 'one', userId: 'ann', members: ['ben'] };
    cid = (await directory.chat.createChannel(group)).channels[0]?.row.cid ?? '';
  });
  afterEach(() => directory.close());

  const send = (userId: string, id: string, text: string, to = cid) =>
    message(directory.chat.sendMessage({ userId, cid: to, id, text }));
  const remove = async (ids: string[], modes: Partial<ParsedDeleteUsers>) => {
    const task = await directory.lifeCycle.deleteUsers(SERVER, { ids, user: 'soft', ...modes });
    expect((await directory.ended(task)).status).toBe('completed');
  };
  /** Goes on with a process that runs tasks, or with one that does not. */
  const reopen = async (runTasks: boolean) => {
    const { url } = directory;
    await directory.close();
    directory = await openTestDirectory(engine, { url, runTasks });
  };

  it('goes with the message that a back end deletes for ever, and the call is not carried out again', async () => {
    await keyed(directory, 'send', () => send('ben', 'm1', 'the Secret'));
    await keyed(directory, 'other', () => send('ben', 'm2', 'tea'));
    await keyed(directory, 'react', () =>
      message(directory.chat.addReaction({ userId: 'ann', message_id: 'm1', type: 'like' })),
    );
    const hard = () => message(directory.chat.deleteMessage(BACK_END, { id: 'm1', hard: true }));
    const deleted = await keyed(directory, 'delete', hard);
    expect(await storedKeys(directory)).not.toMatch(/Secret|like/);
    for (const key of ['send', 'react']) {
      expect(await refusal(keyed(directory, key, () => send('ben', 'm1', 'the Secret')))).toMatchObject({
        code: 'USER_DELETED',
        message:
          'the call with this key was carried out, and is not carried out again; its answer held a user or content that has been erased since, and is gone',
      });
    }
    expect(await refusal(directory.chat.getMessage(BACK_END, { id: 'm1' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await keyed(directory, 'other', () => send('ben', 'm2', 'tea'))).toMatchObject({ isRepeat: true });
    // Nothing of it is in the answer of its deletion, so that stays.
    expect(deleted.answer).toMatchObject({ message: { id: 'm1', deleted_at: expect.any(Number) } });
    expect(JSON.stringify(deleted.answer)).not.toContain('Secret');
    expect(await keyed(directory, 'delete', hard)).toEqual({ ...deleted, isRepeat: true });
  });

  it('is not kept when the content in it has gone before it is', async () => {
    const said = await send('ben', 'm1', 'the Secret');
    await keyed(directory, 'early', async () => said);
    await directory.chat.deleteMessage(BACK_END, { id: 'm1', hard: true });
    await keyed(directory, 'late', async () => said);
    const refused = await refusal(keyed(directory, 'late', async () => said));
    expect(refused.code).toBe('USER_DELETED');
    expect(await storedKeys(directory)).not.toContain('Secret');
  });

  it.each(['hard', 'pruning'] as const)(
    'goes with messages and activities that it was answered with after the call whose mode is %s',
    async messages => {
      await send('ann', 'm1', 'the Secret');
      const activity = { user_id: 'ann', id: 'a1', verb: 'keeps', object: 'a Secret', custom: {} };
      const added = (await directory.feeds.addActivity(activity)).activities[0];
      await reopen(false);
      const task = await directory.lifeCycle.deleteUsers(SERVER, { ids: ['ann'], user: 'soft', messages });
      await keyed(directory, 'delete', () => message(directory.chat.deleteMessage(BACK_END, { id: 'm1' })));
      await keyed(directory, 'activity', async () => ({ activity: added }));
      expect((await storedKeys(directory)).match(/Secret/g)).toHaveLength(2);
      await reopen(true);
      expect((await directory.ended(task)).status).toBe('completed');
      expect(await storedKeys(directory)).not.toContain('Secret');
    },
  );

  it('goes with the conversation of two that one of them takes along, also what the other one wrote', async () => {
    const viewer = as('ben');
    const request = { viewer, type: 'messaging', userId: 'ben', members: ['ann'], custom: { a: 'Secret' } };
    const pair = (await directory.chat.createChannel(request)).channels[0]?.row;
    await keyed(directory, 'create', async () => ({ channel: { cid: pair?.cid, custom: pair?.custom } }));
    await keyed(directory, 'send', () => send('ben', 'm1', 'the Secret', pair?.cid));
    await keyed(directory, 'other', () => send('ben', 'm2', 'tea'));
    await remove(['ann'], { conversations: 'soft' });
    expect((await storedKeys(directory)).match(/Secret/g)).toHaveLength(2);
    await remove(['ann'], { conversations: 'hard' });
    const left = await storedKeys(directory);
    expect(left).not.toContain('Secret');
    expect(left).toContain('tea');
  });

  it('goes with the call of two that one of them takes along', async () => {
    const input = createCallSchema.parse({ type: 'audio', members: ['ann'], custom: { about: 'a Secret' } });
    const made = await directory.video.createCall(as('ben'), { ...input, user_id: 'ben' });
    const { cid: call, custom } = made.calls[0]?.row ?? {};
    await keyed(directory, 'call', async () => ({ call: { cid: call, custom } }));
    await remove(['ann'], { calls: 'hard' });
    expect(await storedKeys(directory)).not.toContain('Secret');
  });

  it('goes with the file of an export that it links to', async () => {
    await directory.blocks.block(SERVER, { kind: 'server' }, { userId: 'ben', id: 'ann' });
    const taskId = await directory.exports.exportUsers(SERVER, ['ben']);
    await directory.ended(taskId);
    const cancel = () => directory.tasks.cancel(SERVER, taskId);
    const { answer } = await keyed(directory, 'cancel', cancel);
    expect(answer).toMatchObject({ result: { export: { url: expect.any(String) } } });
    expect(await storedKeys(directory)).toContain('exports');
    await remove(['ann'], { user: 'hard', messages: 'hard', conversations: 'hard' });
    expect(await storedKeys(directory)).not.toContain('exports');
    expect((await refusal(keyed(directory, 'cancel', cancel))).code).toBe('USER_DELETED');
  });

  it('leaves nothing that it is found by when its day is over', async () => {
    await keyed(directory, 'send', () => send('ben', 'm1', 'tea'));
    expect(await storedKeys(directory)).toContain('"kind":"message"');
    const data = await StoredData.open(directory.url);
    await data.run('UPDATE idempotency_keys SET created_at = 0');
    await data.close();
    // Maintenance begins with the process.
    await reopen(true);
    await expect
      .poll(async () => storedKeys(directory))
      .toBe(JSON.stringify({ idempotency_keys: {}, idempotency_users: {}, idempotency_content: {} }));
  });
});

describeOnPostgres('an answer', engine => {
  it('is not kept by one process while another deletes what it holds', async () => {
    const url = await engine.migratedUrl();
    const [one, other] = [await openTestDirectory(engine, { url }), await openTestDirectory(engine, { url })];
    await one.users.upsert(SERVER, [{ id: 'ann' }]);
    const channel = { viewer: BACK_END, type: 'team', id: 'one', userId: 'ann', members: [] };
    const cid = (await one.chat.createChannel(channel)).channels[0]?.row.cid ?? '';
    for (let round = 0; round < 20; round++) {
      const id = `m${round}`;
      const said = await message(one.chat.sendMessage({ userId: 'ann', cid, id, text: 'the Secret' }));
      await Promise.all([
        keyed(one, id, async () => said),
        other.chat.deleteMessage(BACK_END, { id, hard: true }),
      ]);
    }
    expect(await storedKeys(one)).not.toContain('Secret');
    await Promise.all([one.close(), other.close()]);
  });
});
