import type { ProgramWorld } from './program-world.js';
import { EVE, FRIENDS } from './program-world.js';
import { answerOf, type StepInput } from './step.js';

/** Writes a call that answers with a task, and what is asked about the task afterwards. */
function writeTask(world: ProgramWorld, path: string, input: StepInput, scrubs = false): void {
  const task = answerOf(world.at, 'task_id');
  world.tasks.push(task);
  world.write({ as: 'server', path, input, until: 'task', scrubs });
}

function inTheNameOf(world: ProgramWorld): { created_by_id?: string } {
  return world.dice.chance(0.2) ? { created_by_id: world.dice.pick(FRIENDS) } : {};
}

/** Puts users into another state; one at a time mostly, so that the world does not empty. */
function moved(world: ProgramWorld, from: 'active' | 'deactivated' | 'deleted', most: number): string[] {
  const there = world.ids(from);
  return there.length === 0 ? [] : world.dice.some(there, most);
}

function setState(
  world: ProgramWorld,
  ids: readonly string[],
  state: 'active' | 'deactivated' | 'deleted',
): void {
  for (const id of ids) world.know(id, { state });
}

/** The calls of the life cycle, and those about tasks. Each writes one step, or none when it has no object. */
export const LIFE_CYCLE_STEPS: Record<string, (world: ProgramWorld) => void> = {
  deactivate(world) {
    const [id] = moved(world, 'active', 1);
    if (id === undefined) return;
    setState(world, [id], 'deactivated');
    const hides = world.dice.chance(0.5) && { mark_messages_deleted: true };
    const input = { id, ...hides, ...inTheNameOf(world) };
    world.write({ as: 'server', path: 'users.deactivate', input, until: 'quiet' });
  },

  deactivateMany(world) {
    const ids = [...moved(world, 'active', 3), ...moved(world, 'deactivated', 1)];
    if (ids.length === 0) return;
    setState(world, ids, 'deactivated');
    const input = { ids, mark_messages_deleted: world.dice.chance(0.5), ...inTheNameOf(world) };
    writeTask(world, 'users.deactivateMany', input);
  },

  reactivate(world) {
    const [id] = moved(world, 'deactivated', 1);
    if (id === undefined) return;
    setState(world, [id], 'active');
    const input = {
      id,
      ...(world.dice.chance(0.6) && { name: world.fresh('Back') }),
      ...(world.dice.chance(0.5) && { restore_messages: true }),
    };
    world.write({ as: 'server', path: 'users.reactivate', input, until: 'quiet' });
  },

  reactivateMany(world) {
    const ids = moved(world, 'deactivated', 3);
    if (ids.length === 0) return;
    setState(world, ids, 'active');
    writeTask(world, 'users.reactivateMany', { ids, restore_messages: world.dice.chance(0.5) });
  },

  deleteMany(world) {
    const { dice } = world;
    const ids = [...moved(world, 'active', 2), ...(dice.chance(0.3) ? moved(world, 'deactivated', 1) : [])];
    if (ids.length === 0) return;
    const user = dice.pick(['soft', 'soft', 'soft', 'pruning', 'hard'] as const);
    const modes = {
      user,
      ...(user === 'hard'
        ? { messages: 'hard', conversations: 'hard', new_channel_owner_id: dice.pick([EVE, ...FRIENDS]) }
        : {
            ...(dice.chance(0.6) && { messages: dice.pick(['soft', 'pruning', 'hard']) }),
            ...(dice.chance(0.4) && { conversations: dice.pick(['soft', 'hard']) }),
          }),
      ...(dice.chance(0.4) && { calls: dice.pick(['soft', 'hard']) }),
    };
    const input = { ids, ...modes, ...inTheNameOf(world) };
    world.write({ as: 'server', path: 'users.previewDelete', input });
    world.next.push(() => {
      for (const id of ids) world.know(id, { state: user === 'soft' ? 'deleted' : 'gone' });
      world.forgetContentOf(ids);
      writeTask(world, 'users.deleteMany', input, user !== 'soft');
    });
  },

  restoreMany(world) {
    const ids = moved(world, 'deleted', 3);
    if (ids.length === 0) return;
    setState(world, ids, 'active');
    writeTask(world, 'users.restoreMany', { ids, restore_content: world.dice.chance(0.6) });
  },

  exportMany(world) {
    const ids = [...moved(world, 'active', 3), ...moved(world, 'deactivated', 1), world.dice.pick(FRIENDS)];
    writeTask(world, 'users.exportMany', { ids });
  },

  getTask(world) {
    if (world.tasks.length === 0) return;
    const input = { task_id: world.dice.pick(world.tasks) };
    world.write({ as: 'server', path: 'tasks.get', input });
  },

  /** One that has ended stays as it is. */
  cancelTask(world) {
    if (world.tasks.length === 0) return;
    const input = { task_id: world.dice.pick(world.tasks) };
    world.write({ as: 'server', path: 'tasks.cancel', input });
  },

  listTasks(world) {
    const { dice } = world;
    const input = {
      limit: dice.pick([1, 2, 100]),
      ...(dice.chance(0.4) && { status: dice.pick(['completed', 'failed', 'pending']) }),
      ...(dice.chance(0.4) && { type: dice.pick(['users.deactivate', 'users.delete', 'users.export']) }),
    };
    const first = world.at;
    world.write({ as: 'server', path: 'tasks.list', input });
    world.next.push(() =>
      world.write({ as: 'server', path: 'tasks.list', input: { ...input, next: answerOf(first, 'next') } }),
    );
  },
};
