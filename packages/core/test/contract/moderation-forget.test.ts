import { banUserSchema, deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Blocks } from '../../src/blocks/blocks.js';
import { Devices } from '../../src/devices/devices.js';
import { Moderation } from '../../src/moderation/moderation.js';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import { rowsWith } from '../support/life-cycle/stored-data.js';
import { SERVER } from '../support/test-directory.js';

const BACK_END = { kind: 'server' } as const;
const HARD = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;

describeOnEveryEngine('the bans, blocks and devices of a user who is deleted', engine => {
  let fixture: LifeCycleFixture;
  let moderation: Moderation;
  let blocks: Blocks;

  beforeEach(async () => {
    fixture = await LifeCycleFixture.open(engine);
    const { unitOfWork } = fixture.database;
    moderation = new Moderation(unitOfWork);
    blocks = new Blocks(unitOfWork);
    await fixture.users.upsert(SERVER, [
      { id: 'jane', role: 'admin' },
      { id: 'bob' },
      { id: 'carl' },
      { id: 'dora' },
    ]);
    await block('jane', 'bob');
    await block('bob', 'carl');
    await block('bob', 'jane');
    await block('bob', 'dora');
    await block('carl', 'jane');
    await blocks.unblock({ type: 'user', id: 'carl' }, { userId: 'carl', id: 'jane' });
    await ban('bob', { banned_by_id: 'jane', reason: 'rude' });
    await ban('jane', { reason: 'Secret' });
    await new Devices(unitOfWork).add(SERVER, 'jane', {
      id: 'Secret-phone',
      push_provider: 'apn',
    });
    await fixture.users.upsert(SERVER, [{ id: 'bob', name: 'Bob' }]);
  });

  afterEach(() => fixture.close());

  const block = (userId: string, id: string) =>
    blocks.block({ type: 'user', id: userId }, BACK_END, { userId, id });
  const ban = (id: string, options: object) =>
    moderation.ban(SERVER, BACK_END, banUserSchema.parse({ id, ...options }));
  const remove = async (modes: object) =>
    fixture.ended(
      await fixture.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids: ['jane'], ...modes })),
    );
  const blockKeys = async () => Object.keys((await fixture.dump()).blocks ?? {}).sort();

  it('stay when it is deleted softly, and are there when it is restored', async () => {
    await remove({ user: 'soft' });
    await fixture.ended(await fixture.lifeCycle.restoreUsers(SERVER, ['jane'], false));
    const [jane] = await fixture.users.find(['jane']);
    expect(jane).toMatchObject({
      banned: true,
      blocked_user_ids: ['bob'],
      devices: [{ id: 'Secret-phone' }],
    });
    expect(await blockKeys()).toEqual(['bob carl', 'bob dora', 'bob jane', 'jane bob']);
  });

  it('are gone when it is pruned; others have it blocked still', async () => {
    await remove({ user: 'pruning' });
    const dump = await fixture.dump();
    expect(rowsWith(dump, 'Secret')).toEqual([]);
    expect(dump.users?.jane).toMatchObject({ banned: false, blocked_user_ids: [], devices: [] });
    expect(Object.keys(dump.bans ?? {})).toEqual(['bob']);
    expect(dump.bans?.bob).toMatchObject({ banned_by_id: 'jane' });
    expect(await blockKeys()).toEqual(['bob carl', 'bob dora', 'bob jane']);
  });

  it('leave no trace of it anywhere when it is hard-deleted, and tell those who blocked it nothing', async () => {
    await fixture.newEvents();
    await remove(HARD);
    expect(await fixture.newEventNames()).toEqual([expect.stringMatching(/^user\.deleted deleted-/)]);
    const dump = await fixture.dump();
    expect([...rowsWith(dump, 'jane'), ...rowsWith(dump, 'Secret')]).toEqual([]);
    expect(dump.users?.bob).toMatchObject({ name: 'Bob', banned: true, blocked_user_ids: ['carl', 'dora'] });
    expect(dump.bans?.bob).toMatchObject({ reason: 'rude' });
    expect(dump.bans?.bob).not.toHaveProperty('banned_by_id');
    expect(await blockKeys()).toEqual(['bob carl', 'bob dora']);
  });

  it('leave the exports of those who blocked it, or whom it banned, as well', async () => {
    const taken = await fixture.exports.exportUsers(SERVER, ['bob']);
    await fixture.ended(taken);
    const other = await fixture.exports.exportUsers(SERVER, ['dora']);
    await fixture.ended(other);
    await remove({ user: 'pruning' });
    expect(await fixture.exports.file(taken)).toBeDefined();
    await remove(HARD);
    expect(await fixture.exports.file(taken)).toBeUndefined();
    expect(await fixture.exports.file(other)).toBeDefined();
    expect(rowsWith(await fixture.dump(), 'jane')).toEqual([]);
  });

  it('go out of the blocks of any number of others', async () => {
    const ids = Array.from({ length: 1200 }, (_, index) => `fan-${index}`);
    for (let start = 0; start < ids.length; start += 100) {
      await fixture.users.upsert(
        SERVER,
        ids.slice(start, start + 100).map(id => ({ id })),
      );
    }
    const quote = (id: string) => `('${id}', 'jane', 1)`;
    await fixture.run(
      `INSERT INTO blocks (user_id, blocked_user_id, created_at) VALUES ${ids.map(quote).join(', ')}`,
    );
    await fixture.run(`UPDATE users SET blocked_user_ids = '["bob","jane"]' WHERE id LIKE 'fan-%'`);
    expect(await remove(HARD)).toMatchObject({ status: 'completed', progress: { done: 1, failed: 0 } });
    const dump = await fixture.dump();
    expect(rowsWith(dump, 'jane')).toEqual([]);
    for (const id of ids) expect(dump.users?.[id]?.blocked_user_ids).toEqual(['bob']);
  });

  it('are in its export', async () => {
    const { records } = await fixture.exports.exportUser('jane');
    expect(records).toMatchObject({
      ban: [{ reason: 'Secret', shadow: false, created_at: expect.any(Number) }],
      block: [{ blocked_user_id: 'bob', created_at: expect.any(Number) }],
      device: [{ id: 'Secret-phone', push_provider: 'apn' }],
    });
    expect((await fixture.exports.exportUser('dora')).records).not.toHaveProperty('block');
  });
});
