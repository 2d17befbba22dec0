import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import { createServerClient } from '@rollcall/client/server';
import { temporaryFolder } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { fillWithContent } from '../support/data/content-of-many.js';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';

const MESSAGES = 100_000;
const SMALL = 1000;
const MIB = 1024 * 1024;

it('exports a user with 100,000 messages, and serves the file, in less memory than the file has bytes', async () => {
  const file = join(await temporaryFolder(), 'rollcall.sqlite');
  const process = await startServerProcess({ databaseUrl: `sqlite:${file}` });
  const server = createServerClient({ url: process.url, secret: SECRET });
  await server.upsertUsers([{ id: 'small' }, { id: 'large' }]);
  await process.stop();
  fillWithContent(file, ['small'], { messages: SMALL, channels: 2, calls: 0, activities: 0 }, 's');
  fillWithContent(
    file,
    ['large'],
    { messages: MESSAGES, channels: 2, calls: 0, activities: 0, padding: 1500 },
    'l',
  );
  await process.restart();

  // What the first export takes of memory it keeps: code that is compiled, caches that are full.
  for (let round = 0; round < 3; round++) await exportAndRead('small');
  const before = await residentBytes();
  let peak = before;
  const watch = setInterval(async () => {
    peak = Math.max(peak, await residentBytes());
  }, 20);
  const { texts, bytes } = await exportAndRead('large');
  clearInterval(watch);
  console.log(
    `a file of ${Math.round(bytes / MIB)} MiB; resident memory ${Math.round(before / MIB)} MiB before, ${Math.round(peak / MIB)} MiB at most`,
  );
  expect(texts.size).toBe(MESSAGES);
  // The two connections that read and write the file have page caches of 64 MiB each, which any large read fills; the
  // rest is what the collector has not come to yet. As a whole, the file would be in memory at least once beside that.
  expect(bytes).toBeGreaterThan(150 * MIB);
  expect(peak - before).toBeLessThan(160 * MIB);
  await server.disconnect();
  expect(await process.stop()).toBe(0);

  async function residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${process.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  async function exportAndRead(id: string): Promise<{ texts: Set<string>; bytes: number }> {
    const task = await server.waitForTask((await server.exportUsers([id])).task_id);
    expect(task).toMatchObject({ status: 'completed', progress: { done: 1, failed: 0 } });
    const answer = await fetch(task.result?.export?.url ?? '');
    const body = Readable.fromWeb(answer.body as import('node:stream/web').ReadableStream);
    const texts = new Set<string>();
    for await (const line of createInterface({ input: body })) {
      const record = JSON.parse(line) as { kind: string; text?: string };
      if (record.kind === 'message') texts.add(record.text?.trimEnd() ?? '');
    }
    return { texts, bytes: task.result?.export?.bytes ?? 0 };
  }
});
