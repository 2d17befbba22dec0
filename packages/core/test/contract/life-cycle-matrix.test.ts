import {
  type ContentModes,
  MESSAGE_DELETION_MODES,
  PAIR_DELETION_MODES,
  USER_DELETION_MODES,
  type UserDeletionMode,
} from '@rollcall/protocol';
import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine, RUNS_WHOLE, type TestEngine } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { tombstoneOf } from '../../src/users/tombstones.js';
import { cascadeEvents } from '../support/life-cycle/cascade-events.js';
import { contentAfter, detailsOf, type ModelledDeletion } from '../support/life-cycle/content-after.js';
import { registersAfter } from '../support/life-cycle/registers-after.js';
import { type Dump, rowsWith, StoredData } from '../support/life-cycle/stored-data.js';
import { makeWorld, type World } from '../support/life-cycle/world.js';
import { pairsOf, pairwise } from '../support/pairwise.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

/** One way to ask for a deletion. */
interface Combination extends ContentModes {
  user: UserDeletionMode;
  named: boolean;
}

const orNone = <Mode>(modes: readonly Mode[]) => [undefined, ...modes];
const COMBINATIONS: Combination[] = USER_DELETION_MODES.flatMap(user =>
  orNone(MESSAGE_DELETION_MODES).flatMap(messages =>
    orNone(PAIR_DELETION_MODES).flatMap(conversations =>
      orNone(PAIR_DELETION_MODES).flatMap(calls =>
        [false, true].map(named => ({
          user,
          ...(messages && { messages }),
          ...(conversations && { conversations }),
          ...(calls && { calls }),
          named,
        })),
      ),
    ),
  ),
);

/** What docs/contract/life-cycle.md says of a combination. */
function isAllowed({ user, messages, conversations, named }: Combination): boolean {
  return user === 'hard' ? messages === 'hard' && conversations === 'hard' : !named;
}

const inputOf = ({ named, ...modes }: Combination, { jane, heir }: Pick<World, 'jane' | 'heir'>) => ({
  ids: [jane],
  ...modes,
  ...(named && { new_channel_owner_id: heir }),
});

it('there are 216 combinations, of which 78 are allowed', () => {
  expect(COMBINATIONS).toHaveLength(216);
  expect(COMBINATIONS.filter(isAllowed)).toHaveLength(78);
  for (const combination of COMBINATIONS) {
    const checked = deleteUsersSchema.safeParse(inputOf(combination, { jane: 'jane', heir: 'heir' }));
    expect([combination, checked.success]).toEqual([combination, isAllowed(combination)]);
  }
});

const ALLOWED = COMBINATIONS.filter(isAllowed);
const FACTORS = ['user', 'messages', 'conversations', 'calls', 'named'];

/**
 * What is tried on an engine: everything, or a selection, of which each engine has another. The two embedded engines run the same
 * statements, so one of them tries everything.
 */
function triedOn({ name }: TestEngine): Combination[] {
  if (RUNS_WHOLE && name !== 'better-sqlite3') return ALLOWED;
  return pairwise(ALLOWED, ['sqlite3', 'better-sqlite3', 'postgres'].indexOf(name));
}

describeOnEveryEngine('a deletion', engine => {
  it('is tried with each pair of modes that may be asked for together', () => {
    const pairs = (of: readonly Combination[]) => new Set(of.flatMap(one => pairsOf(one, FACTORS)));
    expect(pairs(triedOn(engine))).toEqual(pairs(ALLOWED));
  });

  for (const user of USER_DELETION_MODES) {
    it(`with user: ${user} leaves in every table what its modes say, and tells exactly that`, async () => {
      const directory = await openTestDirectory(engine, { runTasks: true });
      const data = await StoredData.open(directory.url);
      const tried = triedOn(engine).filter(one => one.user === user);
      for (const [index, combination] of tried.entries()) {
        const world = await makeWorld(directory, `w${user[0]}${String(index).padStart(2, '0')}`);
        await check({ directory, data, world, combination });
      }
      await data.close();
      await directory.close();
    }, 240_000);
  }

  it('is refused, and changes nothing, for a new owner of channels who cannot be one', () =>
    refusedOwners(engine));
});

async function check(at: {
  directory: TestDirectory;
  data: StoredData;
  world: World;
  combination: Combination;
}): Promise<void> {
  const { directory, data, world, combination } = at;
  const { lifeCycle } = directory;
  const input = deleteUsersSchema.parse(inputOf(combination, world));
  const before = await data.dump();
  const preview = await lifeCycle.previewDeletion(input);
  expect(await data.dump(), 'a preview changes nothing').toEqual(before);

  const taskId = await lifeCycle.deleteUsers(SERVER, input);
  const task = await directory.ended(taskId);
  const after = await data.dump();
  const { modes, ...deletion } = modelled(at, after);
  const content = contentAfter(before, { modes, ...deletion });
  const details = detailsOf(before, content, { modes, ...deletion });
  const events = cascadeEvents({ modes, ...deletion }, details);
  const registers = registersAfter(before, { modes, ...deletion }, { taskId, details, events });
  expect(after, JSON.stringify(combination)).toEqual({ ...before, ...content, ...registers });
  const outcome = { status: 'done', ...(Object.keys(details).length > 0 && { details }) };
  expect(task).toMatchObject({ status: 'completed', result: { users: { [deletion.name]: outcome } } });
  expect(preview).toEqual({ users: 1, products: details });

  if (modes.user !== 'soft') expect(rowsWith({ events: after.events ?? {} }, world.secret)).toEqual([]);
  if (modes.user === 'hard') await isForgotten(at, after);
}

/** How the model knows the deletion: with the heir that came into being. */
function modelled({ world, combination }: Parameters<typeof check>[0], after: Dump): ModelledDeletion {
  const { named, ...modes } = combination;
  if (modes.user !== 'hard') return { world, modes, name: world.jane };
  const name = tombstoneOf(world.jane);
  if (named) return { world, modes, name, heir: world.heir };
  const heir = String(after.channels?.[world.channels.group]?.owner_id);
  expect(heir).toMatch(/^delete-user-[0-9a-f]{16}$/);
  return { world, modes, name, heir };
}

async function isForgotten({ directory, world }: Parameters<typeof check>[0], after: Dump): Promise<void> {
  expect(rowsWith(after, world.jane)).toEqual([]);
  expect(rowsWith(after, world.secret)).toEqual([]);
  const id = world.jane;
  const { users } = directory;
  const rights = { fields: 'server', authorise: () => undefined } as const;
  for (const call of [
    () => users.upsert(SERVER, [{ id }]),
    () => users.connect({ userId: id }, { id }),
    () => users.partialUpdate(SERVER, [{ id, set: { name: 'Jane' } }], rights),
  ]) {
    expect(await refusal(call())).toMatchObject({ code: 'USER_DELETED' });
  }
}

async function refusedOwners(engine: TestEngine): Promise<void> {
  const directory = await openTestDirectory(engine);
  const data = await StoredData.open(directory.url);
  const { users, lifeCycle } = directory;
  await users.upsert(SERVER, [{ id: 'jane' }, { id: 'idle' }, { id: 'gone' }, { id: 'bob' }]);
  await users.deactivate(SERVER, 'idle');
  await lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids: ['gone'] }));
  const before = await data.dump();
  const hard = { ids: ['jane'], user: 'hard', messages: 'hard', conversations: 'hard' } as const;
  for (const [new_channel_owner_id, code] of [
    ['nobody', 'USER_NOT_FOUND'],
    ['idle', 'USER_DEACTIVATED'],
    ['gone', 'USER_DELETED'],
  ] as const) {
    const input = deleteUsersSchema.parse({ ...hard, new_channel_owner_id });
    const expected = { code, field: 'new_channel_owner_id' };
    expect(await refusal(lifeCycle.deleteUsers(SERVER, input))).toMatchObject(expected);
    expect(await refusal(lifeCycle.previewDeletion(input))).toMatchObject(expected);
  }
  const unknown = deleteUsersSchema.parse({ ...hard, ids: ['jane', 'nobody'] });
  expect(await refusal(lifeCycle.deleteUsers(SERVER, unknown))).toMatchObject({
    code: 'USER_NOT_FOUND',
    index: 1,
  });
  for (const wrong of [
    { ...hard, new_channel_owner_id: 'jane' },
    { ids: ['jane'], user: 'soft', new_channel_owner_id: 'bob' },
    { ids: ['jane'], user: 'pruning', new_channel_owner_id: 'bob' },
  ]) {
    const checked = deleteUsersSchema.safeParse(wrong);
    expect(checked.error?.issues[0]?.path).toEqual(['new_channel_owner_id']);
  }
  expect(await data.dump()).toEqual(before);
  await data.close();
  await directory.close();
}
