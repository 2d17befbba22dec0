import { deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import { makeWorld, type World } from '../support/life-cycle/world.js';
import { SERVER } from '../support/test-directory.js';

type Counts = Record<string, Record<string, number>>;

/** Counts of several users, added up. */
function sum(all: readonly Counts[]): Counts {
  const sums: Counts = {};
  for (const counts of all) {
    for (const [product, names] of Object.entries(counts)) {
      sums[product] ??= {};
      for (const [name, count] of Object.entries(names)) {
        sums[product][name] = (sums[product][name] ?? 0) + count;
      }
    }
  }
  return sums;
}

describeOnEveryEngine('the preview of a deletion', engine => {
  let fixture: LifeCycleFixture;
  let world: World;

  beforeEach(async () => {
    fixture = await LifeCycleFixture.open(engine);
    world = await makeWorld(fixture, 'w');
  });

  afterEach(() => fixture.close());

  for (const user of ['soft', 'hard'] as const) {
    it(`counts what two users share once, as the deletion does: ${user}`, async () => {
      const modes = { user, messages: user, conversations: user, calls: user };
      const deletion = deleteUsersSchema.parse({ ids: [world.jane, world.bob], ...modes });
      const preview = await fixture.lifeCycle.previewDeletion(deletion);
      const task = await fixture.ended(await fixture.lifeCycle.deleteUsers(SERVER, deletion));
      const details = Object.values(task.result?.users ?? {}).map(
        outcome => (outcome.details ?? {}) as Counts,
      );
      expect(preview).toEqual({ users: 2, products: sum(details) });
    });
  }

  it('is empty for users who are deleted so already', async () => {
    const modes = { messages: 'soft', conversations: 'soft', calls: 'soft' } as const;
    const deletion = deleteUsersSchema.parse({ ids: [world.jane], ...modes });
    await fixture.ended(await fixture.lifeCycle.deleteUsers(SERVER, deletion));
    expect(await fixture.lifeCycle.previewDeletion(deletion)).toEqual({ users: 0, products: {} });
  });
});
