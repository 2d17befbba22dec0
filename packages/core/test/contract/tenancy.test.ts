import { parseFilter, parseSort } from '@rollcall/protocol';
import { queryUsersOptionsSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { UserRow } from '../../src/users/model/user-table.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

const TEAMS = ['red', 'blue', 'a.b', "o'team", 'Red', '[]', '"'];

describeOnEveryEngine('multi-tenancy', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
    await directory.settings.update(SERVER, { multi_tenant_enabled: true });
  });

  afterEach(() => directory.close());

  async function found(tenant: readonly string[] | undefined): Promise<string[]> {
    const ids: string[] = [];
    let next: string | undefined;
    do {
      const page = await directory.users.query({
        filter: parseFilter({}, { server: false }),
        sort: parseSort([{ field: 'id', direction: 1 }], { server: false }),
        options: queryUsersOptionsSchema.parse({ limit: 7, next }),
        seesInvisible: false,
        tenant,
      });
      ids.push(...page.rows.map(row => row.id));
      next = page.next;
    } while (next !== undefined);
    return ids;
  }

  it('finds exactly those who share a team, and without teams those who have none', async () => {
    const teams = fc.uniqueArray(fc.constantFrom(...TEAMS), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(teams, { minLength: 1, maxLength: 25 }), teams, async (all, own) => {
        const users = all.map((list, index) => ({ id: `u${String(index).padStart(2, '0')}`, teams: list }));
        const gone = Array.from({ length: 25 - all.length }, (_, index) => ({
          id: `u${String(index + all.length).padStart(2, '0')}`,
          teams: ['elsewhere'],
        }));
        await directory.users.upsert(SERVER, [...users, ...gone]);
        const expected = users
          .filter(user => {
            const shared = new Set(user.teams.filter(team => own.indexOf(team) >= 0));
            return shared.size > 0 || user.teams.length + own.length === 0;
          })
          .map(user => user.id);
        expect(await found(own)).toEqual(expected);
        expect(await found(undefined)).toHaveLength(25);
      }),
      { numRuns: 25 },
    );
  });

  it('gives a caller its tenant, and everybody where it is off', async () => {
    await directory.users.upsert(SERVER, [{ id: 'ann', teams: ['red'] }, { id: 'ben' }]);
    const ann = { kind: 'user', userId: 'ann' } as const;
    expect((await directory.users.access(ann)).tenant).toEqual(['red']);
    expect((await directory.users.access({ kind: 'user', userId: 'ben' })).tenant).toEqual([]);
    expect((await directory.users.access({ kind: 'anonymous' })).tenant).toEqual([]);
    await directory.settings.update(SERVER, { multi_tenant_enabled: false });
    expect((await directory.users.access(ann)).tenant).toBeUndefined();
  });

  /** Every way in which ann, of the team red, names somebody. */
  async function waysToName(): Promise<((id: string) => Promise<unknown>)[]> {
    const ann = { type: 'user', id: 'ann' } as const;
    const viewer = { kind: 'user', userId: 'ann' } as const;
    const rights = { fields: 'user', authorise: () => undefined, tenant: ['red'] } as const;
    const call = { type: 'call', user_id: 'ann', custom: {} };
    await directory.chat.createChannel({ type: 'team', id: 'one', viewer, userId: 'ann' });
    await directory.video.createCall(viewer, { ...call, id: 'one', members: [] });
    return [
      id => directory.users.partialUpdate(ann, [{ id, set: { name: 'x' } }], rights),
      id => directory.chat.createChannel({ type: 'team', viewer, userId: 'ann', members: [id] }),
      id => directory.chat.addMembers(viewer, { cid: 'team:one', members: [id] }),
      id => directory.video.createCall(viewer, { ...call, members: [id] }),
      id => directory.video.addCallMembers(viewer, { cid: 'call:one', members: [id] }),
      id => directory.blocks.block(ann, viewer, { userId: 'ann', id }),
      id => directory.moderation.ban(ann, viewer, { id, shadow: false }),
      id => directory.moderation.unban(ann, viewer, { id, shadow: false }),
    ];
  }

  async function expectAllUnknown(ids: readonly string[]): Promise<void> {
    for (const attempt of await waysToName()) {
      const answers: string[] = [];
      for (const id of ids) {
        const { code, message, field, index } = await refusal(attempt(id));
        answers.push(JSON.stringify({ code, field, index, message: message.replace(`"${id}"`, '…') }));
      }
      expect(new Set(answers).size, answers.join('\n')).toBe(1);
      expect(answers[0]).toContain('USER_NOT_FOUND');
    }
  }

  it('makes another tenant as unknown as nobody, whatever became of its users', async () => {
    await directory.users.upsert(SERVER, [
      { id: 'ann', teams: ['red'], role: 'admin' },
      ...['live', 'off', 'soft'].map(id => ({ id, teams: ['blue'] })),
    ]);
    await directory.users.deactivate(SERVER, 'off');
    await directory.lifeCycle.deleteUsers(SERVER, { ids: ['soft'], user: 'soft' });
    await expectAllUnknown(['nobody', 'live', 'off', 'soft']);
    expect((await directory.users.find(['live']))[0] as UserRow).toMatchObject({ revision: 1 });
  });

  it('makes one who was erased as unknown as nobody, whatever team it was in', async () => {
    await directory.users.upsert(SERVER, [
      { id: 'ann', teams: ['red'], role: 'admin' },
      { id: 'own', teams: ['red'] },
      { id: 'foreign', teams: ['blue'] },
    ]);
    await directory.close();
    directory = await openTestDirectory(engine, { url: directory.url, runTasks: true });
    const whole = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
    const erased = await directory.lifeCycle.deleteUsers(SERVER, { ids: ['own', 'foreign'], ...whole });
    await directory.ended(erased);
    await expectAllUnknown(['nobody', 'own', 'foreign']);
  });

  it('limits no back end', async () => {
    await directory.users.upsert(SERVER, [
      { id: 'ann', teams: ['red'] },
      { id: 'ben', teams: ['blue'] },
    ]);
    const page = await directory.chat.createChannel({
      type: 'team',
      viewer: { kind: 'server' },
      userId: 'ann',
      members: ['ben'],
    });
    expect(page.channels[0]?.memberCount).toBe(2);
  });
});
