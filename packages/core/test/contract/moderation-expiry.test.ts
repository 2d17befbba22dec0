import { banUserSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine, type TestEngine } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { expect, it } from 'vitest';
import { endRunOutBans } from '../../src/moderation/ban-expiry.js';
import { Moderation } from '../../src/moderation/moderation.js';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import { openTestDirectory, SERVER, type TestDirectory } from '../support/test-directory.js';
import { until } from '../support/until.js';

const HOUR_MS = 60 * 60 * 1000;
const BACK_END = { kind: 'server' } as const;
const IDS = Array.from({ length: 250 }, (_, index) => `user-${index}`);

async function banAll(directory: TestDirectory, ids: readonly string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += 100) {
    const some = ids.slice(start, start + 100);
    const ban_expires = Date.parse('2026-01-01T00:30:00Z');
    await directory.users.upsert(
      SERVER,
      some.map(id => ({ id, banned: true, ban_expires })),
    );
  }
}

describeOnEveryEngine('a ban that has run out', engine => {
  it('ends by itself: the system tells it, once, and nothing is left of it', async () => {
    const directory = await openTestDirectory(engine, { runTasks: true });
    await directory.users.upsert(SERVER, [{ id: 'ann' }, { id: 'ben' }, { id: 'cat', banned: true }]);
    await directory.moderation.ban(SERVER, BACK_END, banUserSchema.parse({ id: 'ann', timeout: 30 }));
    await directory.moderation.ban(
      SERVER,
      BACK_END,
      banUserSchema.parse({ id: 'ben', timeout: 30, shadow: true }),
    );
    await directory.newEvents();
    directory.clock.advance(HOUR_MS);
    const events = await directory.newEvents();
    await until('both bans are told to have ended', async () => {
      events.push(...(await directory.newEvents()));
      return events.length >= 2;
    });
    expect(events).toMatchObject([
      {
        type: 'user.unbanned',
        actor: { type: 'system' },
        cause: 'expired',
        user: { id: 'ann', banned: false, revision: 3 },
        changes: { banned: { before: true, after: false }, ban_expires: { before: expect.any(Number) } },
      },
      {
        type: 'user.unbanned',
        cause: 'expired',
        user: { id: 'ben', shadow_banned: false, revision: 1 },
        changes: { shadow_banned: { before: true, after: false } },
      },
    ]);
    const [ann, ben, cat] = await directory.users.find(['ann', 'ben', 'cat']);
    for (const row of [ann, ben]) {
      expect(row).toMatchObject({ banned: false, shadow_banned: false });
      expect(row).not.toHaveProperty('ban_expires');
    }
    expect(cat).toMatchObject({ banned: true });
    const { bans } = await directory.moderation.queryBanned(BACK_END, { limit: 30 });
    expect(bans.map(({ user_id }) => user_id)).toEqual(['cat']);
    await directory.close();
    expect(await restOf(engine, directory.url)).toEqual(['cat']);
  });

  it('is told once when the user is written before anybody looked, whatever the write does', async () => {
    const directory = await openTestDirectory(engine);
    await banAll(directory, ['ann', 'ben', 'cat', 'dan']);
    directory.clock.advance(HOUR_MS);
    await directory.newEvents();
    await directory.users.upsert(SERVER, [{ id: 'ann' }]);
    expect(await directory.newEvents()).toEqual([]);
    await directory.users.upsert(SERVER, [{ id: 'ann', name: 'Ann' }]);
    await directory.users.upsert(SERVER, [{ id: 'ann', name: 'Anna' }]);
    expect(await directory.newEventNames()).toEqual([
      'user.unbanned ann',
      'user.updated ann',
      'user.updated ann',
    ]);
    await directory.moderation.ban(SERVER, BACK_END, banUserSchema.parse({ id: 'ben', reason: 'again' }));
    expect(await directory.newEvents()).toMatchObject([
      { type: 'user.unbanned', cause: 'expired', user: { revision: 2 } },
      { type: 'user.banned', reason: 'again', user: { revision: 3 } },
    ]);
    const rights = { fields: 'server', authorise: () => undefined } as const;
    await directory.users.partialUpdate(SERVER, [{ id: 'cat', set: { ban_expires: 4e12 } }], rights);
    expect((await directory.users.find(['cat']))[0]).toMatchObject({ banned: true });
    expect(await directory.newEventNames()).toEqual([]);
    await directory.users.deactivate(SERVER, 'dan');
    expect(await directory.newEventNames()).toEqual(['user.unbanned dan', 'user.deactivated dan']);
    const { bans } = await directory.moderation.queryBanned(BACK_END, { limit: 30 });
    expect(bans).toMatchObject([{ user_id: 'ben', reason: 'again' }]);
    await directory.close();
  });

  it('that was made longer in time goes on', async () => {
    const fixture = await LifeCycleFixture.open(engine);
    await fixture.users.upsert(SERVER, [{ id: 'ann' }]);
    const { unitOfWork } = fixture.database;
    const moderation = new Moderation(unitOfWork);
    await moderation.ban(SERVER, BACK_END, banUserSchema.parse({ id: 'ann', timeout: 30 }));
    await moderation.ban(SERVER, BACK_END, banUserSchema.parse({ id: 'ann', timeout: 120 }));
    const end = () => unitOfWork.write(transaction => endRunOutBans(transaction, { limit: 10 }));
    fixture.clock.now += HOUR_MS;
    expect(await end()).toBe(0);
    fixture.clock.now += 2 * HOUR_MS;
    expect(await end()).toBe(1);
    expect(await end()).toBe(0);
    await fixture.close();
  });
});

/** Whose bans are stored still. */
async function restOf(engine: TestEngine, url: string): Promise<string[]> {
  const fixture = await LifeCycleFixture.open(engine, url);
  const rows = await fixture.database.unitOfWork.read(transaction =>
    transaction.query(sql`SELECT user_id FROM bans ORDER BY user_id`),
  );
  await fixture.close();
  return rows.map(row => String(row.user_id));
}

describeOnEveryEngine('bans that run out together', engine => {
  const processes = engine.name === 'postgres' ? 2 : 1;

  it(`are told once each, ${processes} looking`, async () => {
    const first = await openTestDirectory(engine, { runTasks: true });
    const others = [];
    for (let index = 1; index < processes; index++) {
      others.push(await openTestDirectory(engine, { runTasks: true, url: first.url }));
    }
    await banAll(first, IDS);
    await first.newEvents();
    for (const directory of [first, ...others]) directory.clock.advance(HOUR_MS);
    const told: string[] = [];
    await until('every ban is told to have ended', async () => {
      told.push(...(await first.newEventNames()));
      return told.length >= IDS.length;
    });
    for (const directory of others) await directory.close();
    told.push(...(await first.newEventNames()));
    expect(told.sort()).toEqual(IDS.map(id => `user.unbanned ${id}`).sort());
    await first.close();
  });
});
