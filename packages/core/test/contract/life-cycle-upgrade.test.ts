import { describeOnEveryDialect, type TestEngine } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { openEarlierDatabase } from '../support/earlier-database.js';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import { SERVER } from '../support/test-directory.js';

const COLUMNS = `id, type, status, actor, input, position, done, total, failed, result, error, tries, run_at, fence,
  cancel_requested, created_at, updated_at, started_at, finished_at`;

/** A database as the first release left it, with users and tasks in it. */
async function firstRelease(engine: TestEngine): Promise<string> {
  const url = await engine.freshUrl();
  const source = await openEarlierDatabase(url, 1);
  expect(source.migrations.map(({ name }) => name)).toEqual(['Directory0000000000001']);
  for (const id of ['ann', 'b@n', 'cat']) {
    await source.query(`INSERT INTO users (id, id_words, role, teams, custom, invisible, banned, shadow_banned,
        blocked_user_ids, devices, online, created_at, updated_at, revision)
      VALUES ('${id}', ' ${id}', 'user', '[]', '{}', false, false, false, '[]', '[]', false, 1, 1, 1)`);
  }
  const insert = (values: string) => source.query(`INSERT INTO tasks (${COLUMNS}) VALUES (${values})`);
  await insert(`'ended', 'users.deactivate', 'completed', '{"type":"server"}', '{"ids":["b@n","ann"]}', '2', 1, 2, 1,
    '{"users":{"ann":{"status":"failed","error":{"code":"USER_DELETED","message":"gone"}},"b@n":{"status":"done"}}}', NULL,
    1, 0, 1, false, 1000, 3000, 2000, 3000`);
  await insert(`'half', 'users.deactivate', 'running', '{"type":"user","id":"ann"}', '{"ids":["cat","ann","b@n"]}', '1',
    1, 3, 0, '{"users":{"cat":{"status":"unchanged"}}}', NULL, 1, 0, 1, false, 1000, 3000, 2000, NULL`);
  await insert(`'fresh', 'users.reactivate', 'pending', '{"type":"server"}', '{"ids":["ann"]}', NULL,
    0, 1, 0, '{"users":{}}', NULL, 0, 0, 0, false, 4000, 4000, NULL, NULL`);
  await insert(`'broken', 'users.reactivate', 'failed', '{"type":"server"}', '{"ids":["ann"]}', NULL,
    0, 1, 0, '{"users":{}}', '{"code":"INTERNAL","message":"broke"}', 5, 0, 5, false, 1000, 3000, 2000, 3000`);
  await source.destroy();
  return url;
}

describeOnEveryDialect('tasks of the first release', engine => {
  it('are told as before after the upgrade, and go on where they stood', async () => {
    const fixture = await LifeCycleFixture.open(engine, await firstRelease(engine));
    const { tasks } = fixture;
    expect(await tasks.get('ended')).toEqual({
      task_id: 'ended',
      type: 'users.deactivate',
      status: 'completed',
      progress: { done: 1, total: 2, failed: 1 },
      created_at: 1000,
      updated_at: 3000,
      started_at: 2000,
      finished_at: 3000,
      started_by: SERVER,
      result: {
        users: {
          ann: { status: 'failed', error: { code: 'USER_DELETED', message: 'gone' } },
          'b@n': { status: 'done' },
        },
      },
    });
    expect(await tasks.get('half')).toEqual({
      task_id: 'half',
      type: 'users.deactivate',
      status: 'running',
      progress: { done: 1, total: 3, failed: 0 },
      created_at: 1000,
      updated_at: 3000,
      started_at: 2000,
      started_by: { type: 'user', id: 'ann' },
      result: { users: { cat: { status: 'unchanged' } } },
    });
    const broken = { status: 'failed', error: { code: 'INTERNAL', message: 'broke' } };
    expect(await tasks.get('broken')).toMatchObject({
      ...broken,
      progress: { done: 0, total: 1, failed: 0 },
    });
    expect((await tasks.list({ limit: 10 })).tasks.map(({ task_id }) => task_id)).toHaveLength(4);

    await tasks.releaseAll();
    const half = await fixture.ended('half');
    expect(half).toMatchObject({ status: 'completed', progress: { done: 3, total: 3, failed: 0 } });
    expect(half.result?.users).toEqual({
      cat: { status: 'unchanged' },
      ann: { status: 'done' },
      'b@n': { status: 'done' },
    });
    expect((await fixture.ended('fresh')).result?.users).toEqual({ ann: { status: 'done' } });
    const users = await fixture.users.find(['ann', 'b@n', 'cat']);
    expect(users.map(({ deactivated_at }) => deactivated_at !== undefined)).toEqual([false, true, false]);
    expect(await fixture.lifeCycle.deactivateUser(SERVER, { id: 'cat' })).toHaveProperty('deactivated_at');
    await fixture.close();
  });
});
