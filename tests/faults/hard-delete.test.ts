import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServerClient } from '@rollcall/client/server';
import type { Task } from '@rollcall/protocol';
import { temporaryFolder } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { fillWithContent } from '../support/data/content-of-many.js';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

const PROBE = new URL('../support/processes/event-loop-probe.mjs', import.meta.url).href;
const CONTENT = { messages: 1000, channels: 50, calls: 20, activities: 200 };
const ids = Array.from({ length: 100 }, (_, index) => `person-${String(index).padStart(3, '0')}`);
const ALL_HARD = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;

for (const engine of ['sqlite', 'better-sqlite3']) {
  it(`erases 100 users with all they have [${engine}]: out of sight at once, others are served meanwhile, nothing is left`, async () => {
    const file = join(await temporaryFolder(), 'rollcall.sqlite');
    const process = await startServerProcess({
      databaseUrl: `${engine}:${file}`,
      env: { NODE_OPTIONS: `--import=${PROBE}` },
    });
    const server = createServerClient({ url: process.url, secret: SECRET });
    await server.upsertUsers(
      ids.map(id => ({ id, name: `secret-${id}-name`, custom: { note: `secret-${id}` } })),
    );
    await server.upsertUsers(ids.map(id => ({ id, name: `secret-${id}-renamed` })));
    await server.upsertUser({ id: 'bystander' });
    await process.stop();
    fillWithContent(file, ids, CONTENT);
    expect(leftIn(await bytesOf(file))).not.toEqual([]);
    await process.restart();
    process.kill('SIGUSR2');

    const { task_id } = await server.deleteUsers(ids, ALL_HARD);
    expect((await server.queryUsers({ id: { $in: ids } })).users).toEqual([]);
    const calls: number[] = [];
    const states: { at: number; task: Task }[] = [];
    let ended = false;
    const others = (async () => {
      while (!ended) {
        const begun = performance.now();
        await server.partialUpdateUser({ id: 'bystander', set: { tick: calls.length } });
        calls.push(performance.now() - begun);
      }
    })();
    for await (const task of server.watchTask(task_id)) states.push({ at: performance.now(), task });
    ended = true;
    await others;

    const last = states.at(-1)?.task;
    expect(last).toMatchObject({ status: 'completed', progress: { done: 100, total: 100, failed: 0 } });
    const pauses = states.slice(1).map(({ at }, index) => at - (states[index]?.at ?? at));
    const begun = process.output().length;
    process.kill('SIGUSR2');
    await until('the probe has answered', () => /p99/.test(process.output().slice(begun)));
    const probe = /p99 ([\d.]+) max ([\d.]+)/.exec(process.output().slice(begun));
    const took = (states.at(-1)?.at ?? 0) - (states[0]?.at ?? 0);
    console.log(
      `[${engine}] took ${Math.round(took)} ms; longest pause of progress ${Math.round(Math.max(...pauses))} ms; event loop p99 ${probe?.[1]} ms, max ${probe?.[2]} ms; ${calls.length} other writes, slowest ${Math.round(Math.max(...calls))} ms`,
    );
    expect(Math.max(...pauses)).toBeLessThan(1000);
    expect(Number(probe?.[1])).toBeLessThan(50);
    expect(Math.max(...calls)).toBeLessThan(1000);

    // While the server still runs: the file, and the log in front of it.
    await until('nothing is left in the file, nor in the log in front of it', async () => {
      const bytes = Buffer.concat([await bytesOf(file), await bytesOf(`${file}-wal`)]);
      return leftIn(bytes).length === 0;
    });
    expect(leftIn(await bytesOf(file))).toEqual([]);
    await server.disconnect();
    expect(await process.stop()).toBe(0);
    expect(leftIn(await bytesOf(file))).toEqual([]);
  });
}

async function bytesOf(file: string): Promise<Buffer> {
  return readFile(file).catch(() => Buffer.alloc(0));
}

/** Ids and texts of the deleted users that stand somewhere in the bytes. */
function leftIn(bytes: Buffer): string[] {
  return ['secret-', ...ids].filter(text => bytes.includes(text));
}
