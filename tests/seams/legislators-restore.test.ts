import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { legislatorsFile, readLegislators } from '../support/data/legislators.js';
import { runCli } from '../support/processes/run-cli.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

const BATCH = 100;

if (!legislatorsFile) console.log('the real input is absent: the tests that read it are skipped');

describe.skipIf(!legislatorsFile)('real people who are soft-deleted and restored', () => {
  const ids = legislatorsFile ? readLegislators().map(({ id }) => id) : [];
  let process: ServerProcess;
  let server: ServerClient;

  beforeEach(async () => {
    process = await startServerProcess();
    server = createServerClient({ url: process.url, secret: SECRET });
    expect(await runCli(process.url, ['import', legislatorsFile as string])).toMatchObject({ code: 0 });
  });

  afterEach(async () => {
    await server.disconnect();
    await process.stop();
  });

  /** Everybody who can be found, to the byte; revision and time of change aside. */
  const everybody = async () => {
    const found = new Map<string, string>();
    for await (const user of server.queryUsersAll({}, [{ field: 'id', direction: 1 }])) {
      const { revision: _revision, updated_at: _updatedAt, ...rest } = user;
      found.set(user.id, JSON.stringify(rest));
    }
    return found;
  };
  const inBatches = async (call: (batch: string[]) => Promise<{ task_id: string }>) => {
    for (let start = 0; start < ids.length; start += BATCH) {
      const batch = ids.slice(start, start + BATCH);
      const task = await server.waitForTask((await call(batch)).task_id);
      const progress = { done: batch.length, total: batch.length, failed: 0 };
      expect(task).toMatchObject({ status: 'completed', progress });
      expect(Object.values(task.result?.users ?? {}).every(({ status }) => status === 'done')).toBe(true);
    }
  };

  it('are all out of sight in between, and each is what it was before', async () => {
    const before = await everybody();
    expect(before.size).toBe(ids.length);
    await inBatches(batch => server.deleteUsers(batch));
    expect((await everybody()).size).toBe(0);
    await inBatches(batch => server.restoreUsers(batch));
    const after = await everybody();
    expect(after.size).toBe(before.size);
    expect([...before].filter(([id, text]) => after.get(id) !== text)).toEqual([]);
  }, 300_000);
});
