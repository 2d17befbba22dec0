import { addActivitySchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ActivityRow, activityTable } from '../../src/products/feeds/activity-table.js';
import { Feeds } from '../../src/products/feeds/feeds.js';
import { type CascadeOptions, ContentFixture } from '../support/products/content-fixture.js';

describeOnEveryEngine('the activities of a user', engine => {
  let fixture: ContentFixture;
  let feeds: Feeds;

  beforeEach(async () => {
    fixture = await ContentFixture.open(engine);
    feeds = new Feeds(fixture.unitOfWork);
    await fixture.addUsers('ann', 'ben');
    for (const id of ['a1', 'a2', 'a3', 'a4', 'a5', 'removed']) await add('ann', id);
    await add('ben', 'b1');
    await feeds.removeActivity({ kind: 'server' }, 'removed');
  });

  afterEach(async () => {
    expect(await fixture.newEvents()).toEqual([]);
    expect(fixture.newOwners).toBe(0);
    await fixture.close();
  });

  const add = (user_id: string, id: string) =>
    feeds.addActivity({
      ...addActivitySchema.parse({ id, verb: 'like', object: `post:${id}`, custom: { about: id } }),
      user_id,
    });
  const stored = () => fixture.rows(activityTable);
  const cascade = (
    operation: 'deactivate' | 'reactivate' | 'delete' | 'restore',
    options: CascadeOptions = {},
  ) => fixture.cascade(feeds.product, operation, { userId: 'ann', ...options });
  const count = (options: CascadeOptions) => fixture.count(feeds.product, { userId: 'ann', ...options });
  const ofAnn = (rows: ActivityRow[], change: (row: ActivityRow) => object) =>
    rows.map(row => (row.actor_id === 'ann' ? change(row) : row));
  const hiddenBy = (rows: ActivityRow[], deleted_with: string) =>
    ofAnn(rows, row => (row.deleted_with ? row : { ...row, deleted_at: expect.any(Number), deleted_with }));

  for (const limit of [2, 5, 100]) {
    it(`are hidden with a deactivation, and come back exactly as they were, in batches of ${limit}`, async () => {
      const before = await stored();
      expect(await cascade('deactivate', { limit })).toEqual({ activities: 5 });
      const hidden = await stored();
      expect(hidden).toEqual(hiddenBy(before, 'deactivation'));
      expect(await cascade('deactivate', { limit })).toEqual({});
      expect(await cascade('restore', { limit })).toEqual({});
      expect(await stored()).toEqual(hidden);
      expect(await cascade('reactivate', { limit })).toEqual({ activities: 5 });
      expect(await stored()).toEqual(before);
      expect(await cascade('reactivate', { limit })).toEqual({});
    });

    it(`are hidden with a soft deletion, and come back exactly as they were, in batches of ${limit}`, async () => {
      const before = await stored();
      const soft = { modes: { messages: 'soft' }, limit } as const;
      expect(await count(soft)).toEqual({ activities: 5 });
      expect(await cascade('delete', soft)).toEqual({ activities: 5 });
      const hidden = await stored();
      expect(hidden).toEqual(hiddenBy(before, 'deletion'));
      expect(await count(soft)).toEqual({});
      expect(await cascade('delete', soft)).toEqual({});
      expect(await cascade('reactivate', { limit })).toEqual({});
      expect(await stored()).toEqual(hidden);
      expect(await cascade('restore', { limit })).toEqual({ activities: 5 });
      expect(await stored()).toEqual(before);
      expect(await cascade('restore', { limit })).toEqual({});
    });

    it(`say nothing any more when they are pruned, removed ones too, in batches of ${limit}`, async () => {
      const before = await stored();
      const pruning = { modes: { messages: 'pruning' }, limit } as const;
      expect(await count(pruning)).toEqual({ activities: 6 });
      expect(await cascade('delete', pruning)).toEqual({ activities: 6 });
      const pruned = await stored();
      expect(pruned).toEqual(
        ofAnn(before, ({ id, actor_id, created_at, deleted_at, deleted_with }) => ({
          id,
          actor_id,
          custom: {},
          pruned: true,
          created_at,
          deleted_at: deleted_at ?? expect.any(Number),
          deleted_with: deleted_with ?? 'deletion',
        })),
      );
      expect(await count(pruning)).toEqual({});
      for (const operation of ['delete', 'restore', 'reactivate', 'deactivate'] as const) {
        expect(await cascade(operation, pruning)).toEqual({});
      }
      expect(await stored()).toEqual(pruned);
    });

    it(`are gone with a hard deletion, hidden and pruned ones too, in batches of ${limit}`, async () => {
      await cascade('delete', { modes: { messages: 'pruning' } });
      await add('ann', 'a6');
      await cascade('deactivate');
      await add('ann', 'a7');
      const hard = { modes: { messages: 'hard' }, limit } as const;
      expect(await count(hard)).toEqual({ activities: 8 });
      expect(await cascade('delete', hard)).toEqual({ activities: 8 });
      expect((await stored()).map(({ id }) => id)).toEqual(['b1']);
      expect(await cascade('delete', hard)).toEqual({});
    });
  }

  it('that a deactivation hid stay hidden through a soft deletion and its end', async () => {
    await cascade('deactivate');
    await add('ann', 'a6');
    const before = await stored();
    expect(await cascade('delete', { modes: { messages: 'soft' } })).toEqual({ activities: 1 });
    expect(await cascade('restore')).toEqual({ activities: 1 });
    expect(await stored()).toEqual(before);
  });

  it('stay as they are when no mode names messages, unless the user goes for ever', async () => {
    const before = await stored();
    const modes = { calls: 'hard', conversations: 'hard' } as const;
    expect(await count({ modes })).toEqual({});
    expect(await cascade('delete', { modes })).toEqual({});
    expect(await stored()).toEqual(before);
    const forget = { modes: { messages: 'soft' }, eraseUser: true } as const;
    expect(await count(forget)).toEqual({ activities: 6 });
    expect(await cascade('delete', forget)).toEqual({ activities: 6 });
    expect(JSON.stringify(await stored())).not.toContain('"ann"');
  });

  it('are exported page by page, oldest first, removed and pruned ones too', async () => {
    const records = await fixture.export(feeds.product, 'ann', 2);
    expect(records.map(({ id }) => id)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'removed']);
    expect(records[5]).toEqual({
      kind: 'activity',
      id: 'removed',
      actor_id: 'ann',
      verb: 'like',
      object: 'post:removed',
      custom: { about: 'removed' },
      created_at: expect.any(Number),
      deleted_at: expect.any(Number),
    });
    expect(await fixture.export(feeds.product, 'ann', 100)).toEqual(records);
    await cascade('delete', { modes: { messages: 'pruning' } });
    expect(await fixture.export(feeds.product, 'ann', 3)).toHaveLength(6);
  });
});
