import { addActivitySchema, queryActivitiesSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { activityTable } from '../../src/products/feeds/activity-table.js';
import { Feeds } from '../../src/products/feeds/feeds.js';
import type { ActivityPage } from '../../src/products/feeds/query-activities.js';
import { ContentFixture } from '../support/products/content-fixture.js';
import { refusal } from '../support/test-directory.js';

describeOnEveryEngine('activities', engine => {
  let fixture: ContentFixture;
  let feeds: Feeds;

  beforeEach(async () => {
    fixture = await ContentFixture.open(engine);
    feeds = new Feeds(fixture.unitOfWork);
    await fixture.addUsers('ann', 'ben', 'cat');
  });

  afterEach(() => fixture.close());

  const add = (user_id: string, input: object = {}) =>
    feeds.addActivity({
      ...addActivitySchema.parse({ verb: 'like', object: 'post:1', ...input }),
      user_id,
    });
  const query = (options: object = {}) =>
    feeds.queryActivities({ tenant: undefined }, queryActivitiesSchema.parse(options));
  const remove = (userId: string, id: string) => feeds.removeActivity({ kind: 'user', userId }, id);
  const idsOf = ({ activities }: ActivityPage) => activities.map(({ id }) => id);

  it('are added with what they say, and name their actor as it is', async () => {
    const page = await add('ann', { id: 'one', custom: { stars: 5 } });
    expect(page.activities).toEqual([
      {
        id: 'one',
        actor_id: 'ann',
        verb: 'like',
        object: 'post:1',
        custom: { stars: 5 },
        pruned: false,
        created_at: fixture.clock.now,
      },
    ]);
    expect(page.users.get('ann')).toMatchObject({ id: 'ann', revision: 1 });
    expect(await query()).toEqual(page);
    expect(await fixture.newEvents()).toEqual([]);
    expect(idsOf(await add('ann'))[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('with an id of the same actor are answered as they are stored; the id of another is taken', async () => {
    const first = await add('ann', { id: 'one' });
    expect(await add('ann', { id: 'one', verb: 'share', custom: { n: 1 } })).toEqual(first);
    expect(await refusal(add('ben', { id: 'one' }))).toMatchObject({ code: 'INPUT_INVALID', field: 'id' });
    expect(await fixture.rows(activityTable)).toEqual(first.activities);
  });

  it('are added once, however often at once', async () => {
    const pages = await Promise.all(Array.from({ length: 8 }, () => add('ann', { id: 'one' })));
    expect(new Set(pages.map(page => JSON.stringify(page.activities))).size).toBe(1);
    expect(await fixture.rows(activityTable)).toHaveLength(1);
  });

  it('are added by nobody who is banned, deactivated, deleted or unknown', async () => {
    await fixture.setUser('ann', { banned: true });
    await fixture.setUser('ben', { deactivated_at: 5 });
    await fixture.setUser('cat', { deleted_at: 5 });
    const codes = await Promise.all(
      ['ann', 'ben', 'cat', 'nobody'].map(async id => (await refusal(add(id))).code),
    );
    expect(codes).toEqual(['USER_BANNED', 'USER_DEACTIVATED', 'USER_DELETED', 'USER_NOT_FOUND']);
    expect(await fixture.rows(activityTable)).toEqual([]);
  });

  it('are removed once, by their actor or a back end', async () => {
    await add('ann', { id: 'one' });
    await add('ann', { id: 'two' });
    expect(await refusal(remove('ben', 'one'))).toMatchObject({ code: 'NOT_ALLOWED', field: 'id' });
    const removed = await remove('ann', 'one');
    expect(removed.activities[0]).toMatchObject({ deleted_at: fixture.clock.now, deleted_with: 'activity' });
    expect(await remove('ann', 'one')).toEqual(removed);
    expect(idsOf(await query())).toEqual(['two']);
    await feeds.removeActivity({ kind: 'server' }, 'two');
    expect(await query()).toMatchObject({ activities: [] });
    expect(await fixture.newEvents()).toEqual([]);
  });

  it('are not removed by an actor who is banned', async () => {
    await add('ann', { id: 'one' });
    await fixture.setUser('ann', { banned: true });
    expect((await refusal(remove('ann', 'one'))).code).toBe('USER_BANNED');
    expect(idsOf(await query())).toEqual(['one']);
  });

  it('that are not there and those that are out of sight are refused alike', async () => {
    await add('ann', { id: 'gone' });
    await remove('ann', 'gone');
    await add('ann', { id: 'hidden' });
    await fixture.cascade(feeds.product, 'deactivate', { userId: 'ann' });
    for (const id of ['none', 'gone', 'hidden']) {
      expect(await refusal(remove('ben', id))).toMatchObject({
        code: 'NOT_FOUND',
        message: `id: there is no activity "${id}"`,
      });
    }
    expect((await refusal(remove('ann', 'hidden'))).code).toBe('NOT_FOUND');
  });

  it('are found newest first, page by page, by actor and verb', async () => {
    await add('ann', { id: 'a' });
    await add('ben', { id: 'b' });
    await add('ann', { id: 'c', verb: 'share' });
    await add('ann', { id: 'd' });
    expect(idsOf(await query())).toEqual(['d', 'c', 'b', 'a']);
    expect(idsOf(await query({ actor_id: 'ann' }))).toEqual(['d', 'c', 'a']);
    expect(idsOf(await query({ verb: 'like' }))).toEqual(['d', 'b', 'a']);
    const first = await query({ limit: 2, verb: 'like' });
    expect(idsOf(first)).toEqual(['d', 'b']);
    await add('ann', { id: 'e' });
    const second = await query({ limit: 2, verb: 'like', next: first.next });
    expect(idsOf(second)).toEqual(['a']);
    expect(second.next).toBeUndefined();
    expect(await refusal(query({ verb: 'share', next: first.next }))).toMatchObject({
      code: 'CURSOR_INVALID',
    });
  });

  it('are out of sight as soon as the deletion of their actor is accepted, and back when it is cancelled', async () => {
    await add('ann', { id: 'one' });
    await add('ben', { id: 'two' });
    await fixture.acceptDeletion('ann', { messages: 'soft' });
    expect(idsOf(await query())).toEqual(['two']);
    expect((await refusal(remove('ann', 'one'))).code).toBe('NOT_FOUND');
    await fixture.acceptDeletion('ann', { calls: 'soft' });
    expect(idsOf(await query())).toEqual(['two', 'one']);
    await fixture.acceptDeletion('ann', { messages: 'hard' }, 'cancelled');
    expect(idsOf(await query())).toEqual(['two', 'one']);
  });
});
