/** With several tenants, what another team does is as if it were not there, in every answer of the feeds. */
import { addActivitySchema, queryActivitiesSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryEngine('activities of several tenants', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
    await directory.settings.update(SERVER, { multi_tenant_enabled: true });
    await directory.users.upsert(SERVER, [
      { id: 'ann', teams: ['red'] },
      { id: 'ben', teams: ['red', 'blue'] },
      { id: 'cat', teams: ['blue'] },
      { id: 'dan' },
    ]);
    for (const id of ['ann', 'ben', 'cat', 'dan']) {
      for (const n of [1, 2]) await add(id, `${id}-${n}`);
    }
    await directory.newEvents();
  });

  afterEach(() => directory.close());

  const add = (user_id: string, id: string) =>
    directory.feeds.addActivity({
      ...addActivitySchema.parse({ id, verb: 'like', object: 'post:1' }),
      user_id,
    });

  const readerOf = async (userId: string) => {
    const { tenant } = await directory.users.access({ kind: 'user', userId });
    return { tenant, userId };
  };

  const found = async (userId: string, options: object = {}) => {
    const ids: string[] = [];
    let next: string | undefined;
    do {
      const query = queryActivitiesSchema.parse({
        limit: 1,
        ...options,
        ...(next !== undefined && { next }),
      });
      const page = await directory.feeds.queryActivities(await readerOf(userId), query);
      ids.push(...page.activities.map(one => one.id));
      next = page.next;
    } while (next !== undefined);
    return ids;
  };

  const remove = (userId: string, id: string) => directory.feeds.removeActivity({ kind: 'user', userId }, id);

  it('are found by those who share a team with their actor now, page by page', async () => {
    expect(await found('ann')).toEqual(['ben-2', 'ben-1', 'ann-2', 'ann-1']);
    expect(await found('ben')).toEqual(['cat-2', 'cat-1', 'ben-2', 'ben-1', 'ann-2', 'ann-1']);
    expect(await found('dan', { verb: 'like' })).toEqual(['dan-2', 'dan-1']);
    await directory.users.upsert(SERVER, [{ id: 'ben', teams: ['blue'] }]);
    expect(await found('ann')).toEqual(['ann-2', 'ann-1']);
    expect(await found('cat')).toEqual(['cat-2', 'cat-1', 'ben-2', 'ben-1']);
  });

  it('are found by an anonymous caller where their actor has no team, and by a back end all', async () => {
    const page = async (tenant: readonly string[] | undefined) =>
      (await directory.feeds.queryActivities({ tenant }, queryActivitiesSchema.parse({}))).activities.map(
        one => one.id,
      );
    expect(await page([])).toEqual(['dan-2', 'dan-1']);
    expect(await page(undefined)).toHaveLength(8);
  });

  it('answer for an actor of another team as for one who is not there', async () => {
    const reader = await readerOf('ann');
    const answer = (actor_id: string) =>
      directory.feeds.queryActivities(reader, queryActivitiesSchema.parse({ actor_id }));
    expect(await answer('cat')).toEqual(await answer('nobody'));
    expect(await answer('dan')).toEqual(await answer('nobody'));
    expect(await found('ann', { actor_id: 'ben' })).toEqual(['ben-2', 'ben-1']);
    expect(await found('ann', { actor_id: 'ann' })).toEqual(['ann-2', 'ann-1']);
  });

  it('of another team are removed like those that are not there, and stay', async () => {
    const told = async (id: string) => {
      const { code, field, message } = await refusal(remove('ann', id));
      return { code, field, message: message.replace(id, '…') };
    };
    const none = await told('none');
    expect(none).toEqual({ code: 'NOT_FOUND', field: 'id', message: 'id: there is no activity "…"' });
    expect(await told('cat-1')).toEqual(none);
    expect(await told('dan-1')).toEqual(none);
    expect((await refusal(remove('ann', 'ben-1'))).code).toBe('NOT_ALLOWED');
    expect(await found('cat')).toContain('cat-1');
    expect(await directory.newEvents()).toEqual([]);
  });
});
