import { LIMITS, type RollcallError } from '@rollcall/protocol';
import { actOnUsersOptionsSchema, userActionSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryDialect, describeOnPostgres } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type KeyedCall, nameCall } from '../../src/idempotency/keyed-call.js';
import { StoredData } from '../support/life-cycle/stored-data.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describeOnEveryDialect('a call with an idempotency key', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine, { runTasks: true });
  });
  afterEach(() => directory.close());

  const callOf = (key: string, input: unknown, more: Partial<KeyedCall> = {}): KeyedCall => ({
    key,
    procedure: 'users.upsert',
    input,
    ...more,
  });
  const upsert = async (users: object[]) => {
    const { rows, counts } = await directory.users.upsert(SERVER, users);
    return { users: Object.fromEntries(rows.map(row => [row.id, row])), counts };
  };
  const once = (key: string, users: object[], more: Partial<KeyedCall> = {}) =>
    directory.idempotency.once(callOf(key, users, more), () => upsert(users));
  const stored = async () => {
    const data = await StoredData.open(directory.url);
    const { idempotency_keys = {}, idempotency_users = {} } = await data.dump();
    await data.close();
    return { keys: Object.values(idempotency_keys), users: Object.values(idempotency_users) };
  };

  it('is carried out once, however often it comes, and is answered as it was then', async () => {
    const first = await once('k', [{ id: 'ann', name: 'Ann' }]);
    await upsert([{ id: 'ann', name: 'Ann B' }]);
    await directory.newEvents();
    for (let repeat = 0; repeat < 3; repeat++) {
      expect(await once('k', [{ id: 'ann', name: 'Ann' }])).toEqual({ ...first, isRepeat: true });
    }
    expect(await directory.newEvents()).toEqual([]);
    expect((await directory.users.find(['ann']))[0]?.name).toBe('Ann B');
  });

  it('leaves no key behind when it is refused, and may be made again', async () => {
    const users = [{ id: 'ann', role: 'editor' }];
    expect((await refusal(once('k', users))).code).toBe('ROLE_NOT_FOUND');
    expect(await stored()).toEqual({ keys: [], users: [] });
    await directory.roles.create(SERVER, 'editor');
    expect(await once('k', users)).toMatchObject({ isRepeat: false, answer: { counts: { created: 1 } } });
  });

  it('stands or falls with its key: what fails after its change leaves neither', async () => {
    const failing = directory.idempotency.once(callOf('k', []), async () => {
      await upsert([{ id: 'ann' }]);
      throw new Error('cut off');
    });
    await expect(failing).rejects.toThrow('cut off');
    expect(await directory.users.find(['ann'])).toEqual([]);
    expect(await stored()).toEqual({ keys: [], users: [] });
    const unstorable = directory.idempotency.once(callOf('k', []), async () => {
      await upsert([{ id: 'ann' }]);
      return {
        toJSON: () => {
          throw new Error('no answer');
        },
      };
    });
    await expect(unstorable).rejects.toThrow('no answer');
    expect(await directory.users.find(['ann'])).toEqual([]);
  });

  it('is refused with another input, and with another procedure, and changes nothing then', async () => {
    await once('k', [{ id: 'ann' }]);
    const others = [
      () => once('k', [{ id: 'bob' }]),
      () => once('k', [{ id: 'ann' }], { procedure: 'users.act' }),
    ];
    for (const other of others) {
      expect(await refusal(other())).toMatchObject({
        code: 'IDEMPOTENCY_CONFLICT',
        field: 'idempotency-key',
      });
    }
    expect(await directory.users.find(['bob'])).toEqual([]);
  });

  it('has nothing to do with the same key of another caller', async () => {
    await once('k', [{ id: 'ann' }]);
    for (const userId of ['ann', 'bob']) {
      expect(await once('k', [{ id: 'bob', name: userId }], { userId })).toMatchObject({ isRepeat: false });
    }
    expect((await stored()).keys).toHaveLength(3);
  });

  it('is refused while it runs, and is answered when it has run', async () => {
    let goOn = () => {};
    const running = directory.idempotency.once(callOf('k', [{ id: 'ann' }]), async () => {
      await new Promise<void>(resolve => {
        goOn = resolve;
      });
      return upsert([{ id: 'ann' }]);
    });
    const second = await refusal(once('k', [{ id: 'ann' }]));
    expect(second).toMatchObject({ code: 'IDEMPOTENCY_RUNNING', retry_after: 1 });
    await expect.poll(() => goOn.name).not.toBe('goOn');
    goOn();
    const { answer } = await running;
    expect(await once('k', [{ id: 'ann' }])).toEqual({
      answer: JSON.parse(JSON.stringify(answer)),
      isRepeat: true,
    });
  });

  it('is kept for a day, and then it is a new one', async () => {
    await once('k', [{ id: 'ann' }]);
    directory.clock.advance(DAY_MS - 60_000);
    expect(await once('k', [{ id: 'ann' }])).toMatchObject({ isRepeat: true });
    directory.clock.advance(60_000);
    expect(await once('k', [{ id: 'bob' }])).toMatchObject({ isRepeat: false });
    expect(await once('k', [{ id: 'bob' }])).toMatchObject({ isRepeat: true });
  });

  it('counts for a user, who has a thousand keys a day at most', async () => {
    const data = await StoredData.open(directory.url);
    const created_at = Date.parse('2026-01-01T00:00:00Z');
    const rows = Array.from(
      { length: LIMITS.idempotencyKeys },
      (_, row) => `('k${row}', 'ann', ${created_at})`,
    );
    await data.run(`INSERT INTO idempotency_keys (id, user_id, created_at) VALUES ${rows.join(', ')}`);
    await data.close();
    const refused = await refusal(once('k', [{ id: 'ann' }], { userId: 'ann' }));
    expect(refused).toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringContaining('1000 idempotency keys'),
    });
    expect(refused.retry_after).toBeGreaterThan(86_000);
    expect(await once('k', [{ id: 'bob' }], { userId: 'bob' })).toMatchObject({ isRepeat: false });
    directory.clock.advance(DAY_MS);
    expect(await once('k', [{ id: 'ann' }], { userId: 'ann' })).toMatchObject({ isRepeat: false });
  });

  it('whose answer is too long is carried out once all the same, and says so', async () => {
    const long = { text: 'x'.repeat(LIMITS.idempotencyAnswerBytes) };
    const run = () =>
      directory.idempotency.once(callOf('k', []), async () => {
        await directory.roles.create(SERVER, 'editor');
        return long;
      });
    expect(await run()).toEqual({ answer: long, isRepeat: false });
    expect(await refusal(run())).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining('was carried out'),
    });
  });

  it.each(['hard', 'pruning'] as const)(
    'keeps nothing of a user whose deletion is %s, and is not carried out again',
    async user => {
      const users = [{ id: 'Ann-17', name: 'Ann Secret' }, { id: 'bob' }];
      await once('k', users);
      await once('own', [{ id: 'bob', name: 'Bob' }], { userId: 'Ann-17' });
      await once('other', [{ id: 'bob', name: 'B' }]);
      const modes = user === 'hard' ? ({ messages: 'hard', conversations: 'hard' } as const) : {};
      const task = await directory.lifeCycle.deleteUsers(SERVER, { ids: ['Ann-17'], user, ...modes });
      expect((await directory.ended(task)).status).toBe('completed');
      const left = JSON.stringify(await stored());
      expect(left).not.toContain('Secret');
      if (user === 'hard') expect(left).not.toContain('Ann-17');
      await directory.newEvents();
      const again = await refusal(once('k', users));
      expect(again).toMatchObject({
        code: 'USER_DELETED',
        message: expect.stringContaining('was carried out'),
      });
      expect(await directory.newEvents()).toEqual([]);
      expect(await once('other', [{ id: 'bob', name: 'B' }])).toMatchObject({ isRepeat: true });
    },
  );

  it('keeps nothing of a user that was answered between the call that deletes it and its erasure', async () => {
    await directory.close();
    const { url } = directory;
    directory = await openTestDirectory(engine, { url });
    await upsert([{ id: 'Ann-17', name: 'Ann Secret' }]);
    const all = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
    const task = await directory.lifeCycle.deleteUsers(SERVER, { ids: ['Ann-17'], ...all });
    const said = { user: { id: 'Ann-17', name: 'Ann Secret' } };
    await directory.idempotency.once(callOf('k', []), async () => said);
    expect(JSON.stringify(await stored())).toContain('Secret');
    await directory.close();
    directory = await openTestDirectory(engine, { url, runTasks: true });
    await directory.ended(task);
    expect(JSON.stringify(await stored())).not.toMatch(/Secret|Ann-17/);
    // A call that has read the user before may answer after its erasure: that is not kept either.
    await directory.idempotency.once(callOf('late', []), async () => said);
    expect(JSON.stringify(await stored())).not.toMatch(/Secret|Ann-17/);
  });

  it('keeps nothing of content that is going to be erased, from the moment of the call that says so', async () => {
    await upsert([{ id: 'ann' }]);
    await directory.idempotency.once(callOf('k', []), async () => ({
      message: { user: { id: 'ann' }, text: 'tea' },
    }));
    await directory.lifeCycle.deleteUsers(SERVER, { ids: ['ann'], user: 'soft', messages: 'hard' });
    expect(JSON.stringify(await stored())).not.toContain('tea');
  });

  it('that only tries something out writes nothing', async () => {
    const users = [{ id: 'ann' }];
    const tried = await directory.idempotency.once(callOf('k', users), async () => {
      await directory.users.upsert(SERVER, [{ id: 'bob' }]);
      const { counts } = await directory.users.upsert(SERVER, users, { dryRun: true });
      return counts;
    });
    expect(tried.answer).toMatchObject({ created: 1 });
    expect((await directory.users.find(['ann', 'bob'])).map(({ id }) => id)).toEqual(['bob']);
    expect(await directory.newEventNames()).toEqual(['user.created bob']);
  });

  it('that has more to do is answered before it begins, and when it is refused because it was done', async () => {
    await upsert([{ id: 'ann' }]);
    const request = {
      filter: { id: 'ann' },
      action: userActionSchema.parse({ type: 'ban' }),
      options: actOnUsersOptionsSchema.parse({ expected: { count: 1 } }),
    };
    let begun = 0;
    const act = () =>
      directory.idempotency.onceWithin(callOf('k', 'ban'), carryOut => {
        begun += 1;
        return directory.actions.act(SERVER, request, { rights: { server: true }, once: carryOut });
      });
    const first = await act();
    expect(await act()).toEqual({ ...first, isRepeat: true });
    expect(begun).toBe(1);
    // Another process does it while this one looks who matches.
    const name = nameCall(callOf('late', 1));
    const late = directory.idempotency.onceWithin(callOf('late', 1), async () => {
      const data = await StoredData.open(directory.url);
      await data.run(
        `INSERT INTO idempotency_keys (id, fingerprint, answer, created_at) VALUES ('${name.id}', '${name.fingerprint}', '{"done":true}', ${Date.parse('2026-01-01T00:00:00Z')})`,
      );
      await data.close();
      throw new Error('expected: nobody matches now');
    });
    expect(await late).toEqual({ answer: { done: true }, isRepeat: true });
  });
});

describeOnPostgres('a call with one key that comes to several processes at once', engine => {
  it('is carried out once, and all are answered the same in the end', async () => {
    const url = await engine.migratedUrl();
    const open = () => openTestDirectory(engine, { url });
    const processes = [await open(), await open(), await open()];
    let carriedOut = 0;
    const call = async (directory: TestDirectory, key: string) => {
      for (;;) {
        try {
          return await directory.idempotency.once({ key, procedure: 'chat.send', input: key }, async () => {
            carriedOut += 1;
            const { rows } = await directory.users.upsert(SERVER, [{ id: key, name: String(carriedOut) }]);
            return rows[0]?.name;
          });
        } catch (error) {
          if ((error as RollcallError).code !== 'IDEMPOTENCY_RUNNING') throw error;
        }
      }
    };
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(processes.map(one => call(one, `user-${round}`)));
      expect(new Set(answers.map(({ answer }) => answer)).size).toBe(1);
      expect(answers.filter(({ isRepeat }) => !isRepeat)).toHaveLength(1);
    }
    expect(await processes[0]?.newEventNames()).toHaveLength(20);
    await Promise.all(processes.map(one => one.close()));
  });
});
