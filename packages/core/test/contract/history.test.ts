import { banUserSchema, deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

const BACK_END = { kind: 'server' } as const;

describeOnEveryEngine('the history of a user', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine, { runTasks: true });
    await directory.users.upsert(SERVER, [{ id: 'ann' }, { id: 'ben' }, { id: 'mod', role: 'admin' }]);
  });

  afterEach(() => directory.close());

  const history = (user_id: string, options: object = {}) =>
    directory.history.query({ user_id, by: false, limit: 50, ...options });
  const told = async (user_id: string, options: object = {}) =>
    (await history(user_id, options)).events.map(
      event =>
        `${event.type} ${'user' in event ? event.user.id : ''} by ${event.actor.id ?? event.actor.type}`,
    );
  const rename = (by: string, id: string, name: string) =>
    directory.users.partialUpdate({ type: 'user', id: by }, [{ id, set: { name } }], {
      fields: 'server',
      authorise: () => undefined,
    });

  it('says who changed what and when, newest first, with every value', async () => {
    await rename('mod', 'ann', 'Ann');
    const ban = banUserSchema.parse({ id: 'ann', reason: 'spam' });
    await directory.moderation.ban({ type: 'user', id: 'mod' }, { kind: 'user', userId: 'mod' }, ban);
    const { events, next } = await history('ann');
    expect(next).toBeUndefined();
    expect(events).toMatchObject([
      { type: 'user.banned', actor: { type: 'user', id: 'mod' }, reason: 'spam', banned_by_id: 'mod' },
      { type: 'user.updated', actor: { id: 'mod' }, changes: { name: { after: 'Ann' } } },
      { type: 'user.created', actor: SERVER, id: expect.any(String), created_at: expect.any(Number) },
    ]);
  });

  it('has what names the user, and what it did only where that is asked for', async () => {
    await directory.blocks.block({ type: 'user', id: 'ben' }, BACK_END, { userId: 'ben', id: 'ann' });
    await rename('ben', 'ben', 'Ben');
    await rename('mod', 'ben', 'Benny');
    await directory.blocks.block({ type: 'user', id: 'ben' }, BACK_END, { userId: 'ben', id: 'mod' });
    await directory.blocks.unblock({ type: 'user', id: 'ben' }, { userId: 'ben', id: 'ann' });
    expect(await told('ann')).toEqual([
      'user.unblocked ben by ben',
      'user.blocked ben by ben',
      'user.created ann by server',
    ]);
    expect(await told('mod')).toEqual(['user.blocked ben by ben', 'user.created mod by server']);
    expect(await told('mod', { by: true })).toEqual([
      'user.blocked ben by ben',
      'user.updated ben by mod',
      'user.created mod by server',
    ]);
  });

  it('comes page by page, each entry once, while the log grows', async () => {
    for (let round = 0; round < 7; round++) await rename('mod', 'ann', `Ann ${round}`);
    const whole = (await history('ann')).events;
    const pages = [];
    let next: string | undefined;
    do {
      const page = await history('ann', { limit: 3, ...(next !== undefined && { next }) });
      pages.push(page.events);
      next = page.next;
      await rename('mod', 'ann', `Later ${pages.length}`);
    } while (next !== undefined);
    expect(pages.map(page => page.length)).toEqual([3, 3, 2]);
    expect(pages.flat()).toEqual(whole);
    const first = await history('ann', { limit: 1 });
    for (const other of [{ by: true }, { user_id: 'ben' }]) {
      const wrong = directory.history.query({
        user_id: 'ann',
        by: false,
        limit: 1,
        next: first.next as string,
        ...other,
      });
      expect(await refusal(wrong)).toMatchObject({ code: 'CURSOR_INVALID' });
    }
  });

  it('of a user who was erased says what happened, and no value', async () => {
    await rename('mod', 'ann', 'Secret');
    const modes = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;
    const taskId = await directory.lifeCycle.deleteUsers(
      SERVER,
      deleteUsersSchema.parse({ ids: ['ann'], ...modes }),
    );
    await directory.ended(taskId);
    const { events } = await history('ann');
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['user.deleted', 'user.updated', 'user.created']),
    );
    expect(JSON.stringify(events)).not.toMatch(/Secret|"ann"/);
    expect(await refusal(history('nobody'))).toMatchObject({ code: 'USER_NOT_FOUND', field: 'user_id' });
  });
});
