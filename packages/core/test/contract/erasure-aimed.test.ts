import { type EventType, isSystemId } from '@rollcall/protocol';
import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Blocks } from '../../src/blocks/blocks.js';
import { renameUserInEvent } from '../../src/events/rename-user-in-event.js';
import { tombstoneOf } from '../../src/users/tombstones.js';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import { type Dump, rowsWith } from '../support/life-cycle/stored-data.js';
import { SERVER } from '../support/test-directory.js';

const BACK_END = { kind: 'server' } as const;
const HARD = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;

/** Ids that are also names or values in the events of others. */
const AIMED = [
  'user',
  'user_ids',
  'custom',
  'blocked_user_ids',
  'changes',
  'admin',
  'dune',
  'red',
  'token-of-jane',
  'after',
  'hard',
  'user_created',
  'user.created',
  'changes.blocked_user_ids.before',
  'actor.id',
  '__proto__',
  'constructor',
] as const;

describeOnEveryEngine('the erasure of a user with a well-chosen id', engine => {
  let fixture: LifeCycleFixture;
  let blocks: Blocks;

  beforeEach(async () => {
    fixture = await LifeCycleFixture.open(engine);
    blocks = new Blocks(fixture.database.unitOfWork);
    await fixture.users.upsert(SERVER, [
      {
        id: 'jane',
        role: 'admin',
        teams: ['red'],
        teams_role: { red: 'admin' },
        custom: { book: 'dune', constructor_: 'constructor', user: { user: 'user', list: ['red'] } },
      },
      { id: 'carl' },
    ]);
  });

  afterEach(() => fixture.close());

  const block = (userId: string, id: string) =>
    blocks.block({ type: 'user', id: userId }, BACK_END, { userId, id });
  const erase = async (...ids: string[]) =>
    fixture.ended(await fixture.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids, ...HARD })));
  const entriesOf = (dump: Dump, id: string) =>
    Object.values(dump.events ?? {}).filter(({ user_id }) => user_id === id);

  it.each(AIMED)('changes nothing in the events of others but the places that hold its id: %s', async id => {
    await fixture.users.upsert(SERVER, [{ id, name: 'Mark' }]);
    await block('jane', id);
    await block('jane', 'carl');
    await fixture.users.partialUpdate(SERVER, [{ id: 'jane', set: { language: 'de' } }], {
      fields: 'server',
      authorise: () => undefined,
    });
    await fixture.chat.createChannel({ viewer: BACK_END, type: 'messaging', userId: id, members: ['carl'] });
    const before = await fixture.dump();
    expect(await erase(id)).toMatchObject({ status: 'completed', progress: { done: 1, failed: 0 } });
    const after = await fixture.dump();
    const tombstone = tombstoneOf(id);
    const expected = entriesOf(before, 'jane').map(entry => {
      const { user, changes, target_id, ...data } = structuredClone(entry.data) as Record<string, unknown>;
      const rename = (ids: string[]) => ids.map(one => (one === id ? tombstone : one));
      const { blocked_user_ids, ...rest } = user as { blocked_user_ids: string[] };
      const { blocked_user_ids: list, ...others } = (changes ?? {}) as Record<string, never>;
      const told = list as { before: string[]; after: string[] } | undefined;
      const blocked = told && { before: rename(told.before), after: rename(told.after) };
      return {
        ...entry,
        data: {
          ...data,
          user: { ...rest, blocked_user_ids: rename(blocked_user_ids) },
          ...(changes !== undefined && {
            changes: { ...others, ...(blocked && { blocked_user_ids: blocked }) },
          }),
          ...(target_id !== undefined && { target_id: target_id === id ? tombstone : target_id }),
        },
      };
    });
    expect(entriesOf(after, 'jane')).toEqual(expected);
    expect(rowsWith(after, 'Mark')).toEqual([]);
    expect(after.users?.jane).toEqual({ ...before.users?.jane, blocked_user_ids: ['carl'] });
    const channels = Object.values(after.events ?? {}).filter(({ type }) => type === 'channel.deleted');
    expect(channels).toMatchObject([
      { data: { user_ids: expect.arrayContaining(['carl', tombstone]), mode: 'hard' } },
    ]);
  });

  it('ends although somebody from before has the id of its tombstone and is named beside it', async () => {
    const victim = 'victim';
    const taken = tombstoneOf(victim);
    await fixture.users.upsert(SERVER, [{ id: victim, name: 'Victim' }, { id: 'old' }]);
    for (const id of ['old', victim]) await block('jane', id);
    for (const table of ['users', 'events', 'event_mentions', 'blocks']) await renameOld(table, taken);
    expect(await erase(victim)).toMatchObject({ status: 'completed', progress: { done: 1, failed: 0 } });
    const dump = await fixture.dump();
    expect(rowsWith(dump, 'Victim')).toEqual([]);
    expect(rowsWith(dump, '"victim"')).toEqual([]);
    expect(await erase(taken)).toMatchObject({ status: 'completed', progress: { done: 1, failed: 0 } });
    expect(rowsWith(await fixture.dump(), `"${taken}"`).filter(row => row.startsWith('blocks'))).toEqual([]);
    expect(await erase(victim)).toMatchObject({ status: 'completed' });
  });

  /** Gives a user an id that was possible before the system's ids were reserved. */
  async function renameOld(table: string, to: string): Promise<void> {
    const columns = {
      users: ['id', 'blocked_user_ids'],
      events: ['user_id', 'data'],
      event_mentions: ['user_id'],
      blocks: ['blocked_user_id'],
    }[table];
    for (const column of columns ?? []) {
      const json = column === 'data' || column === 'blocked_user_ids';
      const isJsonb = engine.name === 'postgres' && column === 'blocked_user_ids';
      const value = isJsonb ? `${column}::text` : column;
      await fixture.run(
        json
          ? `UPDATE ${table} SET ${column} = ${isJsonb ? '(' : ''}replace(${value}, '"old"', '"${to}"')${isJsonb ? ')::jsonb' : ''}`
          : `UPDATE ${table} SET ${column} = '${to}' WHERE ${column} = 'old'`,
      );
    }
  }

  it.each([tombstoneOf('somebody'), 'delete-user-0123456789abcdef'])(
    'is not prepared by taking an id of the system: %s',
    async id => {
      const refused = { code: 'INPUT_INVALID', message: expect.stringContaining('ids of the system') };
      const rights = { fields: 'server', authorise: () => undefined } as const;
      await fixture.run(`UPDATE app_settings SET settings = '{"guests_enabled":true}'`);
      await fixture.newEvents();
      await expect(fixture.users.upsert(SERVER, [{ id }])).rejects.toMatchObject(refused);
      await expect(fixture.users.partialUpdate(SERVER, [{ id, set: {} }], rights)).rejects.toMatchObject(
        refused,
      );
      await expect(fixture.users.connect({ userId: id }, { id })).rejects.toMatchObject(refused);
      await expect(fixture.users.connectGuest({ id })).rejects.toMatchObject(refused);
      expect(await fixture.newEvents()).toEqual([]);
      expect(isSystemId(`${id}0`)).toBe(false);
    },
  );
});

describe('the data of an event', () => {
  const to = 'deleted-x';

  it('names each user once, also when both names of a user were in a list', () => {
    const data = { user_ids: ['a', to, 'b'] };
    expect(renameUserInEvent('call.deleted', data, ['a', to])).toEqual({ user_ids: [to, 'b'] });
  });

  it('keeps every name of a field where the type is unknown, and loses the id', () => {
    const data = { a: 'a', list: ['a', { a: 'b' }] };
    const renamed = renameUserInEvent('planet.moved' satisfies string as EventType, data, ['a', to]);
    expect(renamed).toEqual({ a: to, list: [to, { a: 'b' }] });
  });
});
