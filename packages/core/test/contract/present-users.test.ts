import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openTestDirectory, SERVER, type TestDirectory } from '../support/test-directory.js';

describeOnEveryEngine('users as they are now', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
    await directory.users.upsert(SERVER, [
      { id: 'ann', name: 'Ann', privacy_settings: { read_receipts: { enabled: false } } },
      { id: 'ben' },
    ]);
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await directory.close();
  });

  const find = async (ids: string[], since = directory.events.position()) =>
    directory.users.present.find(ids, await since);

  it('are those who exist, with what others may see and what decides about it, and no more', async () => {
    const found = await find(['ann', 'nobody', 'ben']);
    expect(found.map(user => user.id)).toEqual(['ann', 'ben']);
    expect(Object.keys(found[0] ?? {}).sort()).toEqual(
      [
        ...['id', 'name', 'role', 'teams', 'custom', 'invisible', 'banned', 'online', 'created_at'],
        ...['updated_at', 'revision'],
      ].sort(),
    );
  });

  it('include everything up to the position of who asks, and are read once for all who need no more', async () => {
    const since = await directory.events.position();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000_000);
    const [ann] = await find(['ann'], Promise.resolve(since));
    await directory.users.upsert(SERVER, [{ id: 'ann', name: 'Anna' }]);
    const [again] = await find(['ann'], Promise.resolve(since));
    expect(again).toBe(ann);
    const [[fresh], [other]] = await Promise.all([find(['ann']), find(['ann'])]);
    expect(fresh).toMatchObject({ name: 'Anna' });
    expect(other).toBe(fresh);
    const [later] = await find(['ann'], Promise.resolve(since));
    expect(later).toBe(fresh);
    const [anotherLog] = await find(['ann'], Promise.resolve({ ...since, epoch: 'another' }));
    expect(anotherLog).not.toBe(fresh);
    clock.mockReturnValue(1_005_000);
    expect((await find(['ann'], Promise.resolve(since)))[0]).not.toBe(anotherLog);
  });

  it('are kept for a thousand users at most', async () => {
    const since = await directory.events.position();
    vi.spyOn(performance, 'now').mockReturnValue(1_000_000);
    const [ann] = await find(['ann'], Promise.resolve(since));
    const others = Array.from({ length: 999 }, (_, index) => `u-${index}`);
    await find(others, Promise.resolve(since));
    expect((await find(['ann'], Promise.resolve(since)))[0]).toBe(ann);
    await find(['one too many'], Promise.resolve(since));
    expect((await find(['ann'], Promise.resolve(since)))[0]).not.toBe(ann);
  });
});
