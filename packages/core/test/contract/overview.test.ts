import { parseFilter } from '@rollcall/protocol';
import { countUsersOptionsSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryDialect } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestDirectory, SERVER, type TestDirectory } from '../support/test-directory.js';
import { until } from '../support/until.js';
import { WebhooksFixture } from '../support/webhooks/webhooks-fixture.js';

const DAY = 24 * 60 * 60 * 1000;
const TODAY = Date.parse('2026-01-01T00:00:00Z');

describeOnEveryDialect('the numbers of an overview', engine => {
  let directory: TestDirectory;
  beforeEach(async () => {
    directory = await openTestDirectory(engine);
  });
  afterEach(() => directory.close());

  const counted = async () => (await directory.overview.read()).counted;

  /** Users who were created at a time, whatever the clock says. */
  async function create(ids: string[], at: number): Promise<void> {
    for (let from = 0; from < ids.length; from += 100) {
      const batch = ids.slice(from, from + 100).map(id => ({ id, created_at: at }));
      await directory.users.upsert(SERVER, batch, { asIs: true });
    }
  }

  const named = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${name}-${index}`);

  it('are nothing in an empty directory, and have every day and every state of a task', async () => {
    const overview = await counted();
    const none = { count: 0, more: false };
    expect(overview.users).toEqual(none);
    expect(overview.online).toEqual(none);
    expect(overview.tasks).toEqual({
      pending: none,
      running: none,
      completed: none,
      failed: none,
      cancelled: none,
    });
    expect(overview.created).toEqual(
      Array.from({ length: 30 }, (_, index) => ({ day: TODAY - (29 - index) * DAY, ...none })),
    );
    expect(overview.at).toBeGreaterThanOrEqual(TODAY);
  });

  it('count the users who are not deleted, and say when there are more than a thousand, and about how many', async () => {
    await create(named('user', 998), TODAY);
    await create(named('other', 2), TODAY);
    await create(['gone', 'erased'], TODAY);
    await directory.users.deactivate(SERVER, 'other-0');
    await directory.lifeCycle.deleteUsers(SERVER, { ids: ['gone'], user: 'soft' });
    await directory.lifeCycle.deleteUsers(SERVER, { ids: ['erased'], user: 'soft' });
    expect((await counted()).users).toEqual({ count: 1000, more: false });
    await create(['one-more'], TODAY);
    const { users } = await counted();
    expect(users).toMatchObject({ count: 1000, more: true });
    // PostgreSQL knows a number when it has looked at the table.
    if (users.estimate !== undefined) expect(users.estimate).toBeGreaterThan(1000);
    if (engine.name !== 'postgres') expect(users.estimate).toBe(1003);
  });

  it('count the users of each of the last thirty days, from midnight to midnight in UTC', async () => {
    await create(['before'], TODAY - 30 * DAY);
    await create(['first', 'first-too'], TODAY - 29 * DAY);
    await create(['late'], TODAY - 28 * DAY - 1);
    await create(['yesterday'], TODAY - 1);
    await create(['today', 'today-too'], TODAY);
    const { created } = await counted();
    expect(created.flatMap(({ count }, index) => (count > 0 ? [[index, count]] : []))).toEqual([
      [0, 3],
      [28, 1],
      [29, 2],
    ]);
  });

  it('count who is online, invisible users too, and tasks by their state', async () => {
    await directory.users.upsert(SERVER, [{ id: 'jane' }, { id: 'jim', invisible: true }, { id: 'john' }]);
    directory.presence.connected('jane');
    directory.presence.connected('jim');
    await directory.presence.renew();
    await directory.lifeCycle.deactivateUsers(SERVER, ['john'], false);
    const overview = await counted();
    expect(overview.online).toEqual({ count: 2, more: false });
    expect(overview.tasks.pending).toEqual({ count: 1, more: false });
    expect(overview.tasks.completed).toEqual({ count: 0, more: false });
  });

  it('say how many events this process has written', async () => {
    await directory.users.upsert(SERVER, [{ id: 'jane' }, { id: 'john' }]);
    const { events } = directory.overview;
    await expect.poll(() => events.lastMinute.at(-1), { interval: 20, timeout: 3000 }).toBe(2);
  });

  it('say where guests stand, whether writes arrive, and what room there is beside an embedded database', async () => {
    const { guestsAreLetIn, isWritable, disk, stopped } = await directory.overview.read();
    expect([guestsAreLetIn, isWritable, stopped]).toEqual([false, true, []]);
    if (engine.name === 'postgres') expect(disk).toBeUndefined();
    else expect(disk?.free).toBeLessThanOrEqual(disk?.total ?? 0);
    await directory.settings.update(SERVER, { guests_enabled: true });
    expect((await directory.overview.read()).guestsAreLetIn).toBe(true);
  });

  it('name what to index for queries that took too long, until it is indexed', async () => {
    await create(named('user', 3000), TODAY);
    const filter = { $or: named('x', 40).map(plan => ({ plan: { $gt: plan } })) };
    const { up_to: _, ...options } = countUsersOptionsSchema.parse({});
    const count = () =>
      directory.users.count(
        { filter: parseFilter(filter, { server: true }), options, seesInvisible: true, upTo: 1000 },
        { queryMs: 1 },
      );
    let refused = 0;
    // A quick machine may answer one of them within a millisecond.
    for (let turn = 0; turn < 100 && refused < 2; turn++) {
      await count().catch(error => {
        expect(error).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE' });
        refused += 1;
      });
    }
    const { stopped } = await directory.overview.read();
    expect(stopped).toEqual([{ paths: ['plan'], count: 2, lastAt: expect.any(Number) }]);
    await directory.settings.update(SERVER, { indexed_custom_fields: ['plan'] });
    expect((await directory.overview.read()).stopped).toEqual([]);
  });
});

describeOnEveryDialect('an overview', engine => {
  it('names the webhooks that fail and those that were disabled for it, and never the rest of an address', async () => {
    const fixture = await WebhooksFixture.open(engine);
    const { directory, receiver } = fixture;
    const inTrouble = async () => (await directory.overview.read()).webhooksInTrouble;
    const well = await fixture.create({ url: 'https://well.example/' });
    await fixture.create({ url: 'https://gone.example/hooks?key=hidden' });
    await fixture.create({ url: 'https://away.example/', description: 'the shop' });
    const { webhook: stopped } = await fixture.create({ url: 'https://stopped.example/' });
    await directory.webhooks.disable(SERVER, stopped.id);
    expect(await inTrouble()).toEqual([]);
    receiver.answer = ({ url }) => (url.includes('gone') ? 410 : url.includes('away') ? 500 : 200);
    await fixture.name('ann', 'one');
    await until('both are in trouble', async () => (await inTrouble()).length === 2);
    expect(await inTrouble()).toEqual([
      expect.objectContaining({ name: 'gone.example', disabled: 'gone' }),
      { name: 'the shop', failingSince: expect.any(Number) },
    ]);
    expect((await fixture.get(well.webhook.id)).status).toBe('active');
    await fixture.close();
  });
});
