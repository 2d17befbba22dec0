import { createServerClient } from '@rollcall/client/server';
import { startRestartablePostgres } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';

/** After this time supervisors kill. */
const END_WITHIN_MS = 30_000;

it('a server ends in time, with 1 and a word about it, when PostgreSQL no longer answers', async () => {
  const postgres = await startRestartablePostgres();
  const process = await startServerProcess({ databaseUrl: postgres.url });
  const server = createServerClient({ url: process.url, secret: SECRET });
  await server.upsertUsers([{ id: 'jane' }]);
  await postgres.freeze();
  try {
    const call = server.upsertUsers([{ id: 'jane', name: 'Jane' }]).catch((error: unknown) => error);
    await new Promise(resolve => setTimeout(resolve, 300));
    const startedAt = performance.now();
    expect(await process.stop()).toBe(1);
    const tookMs = performance.now() - startedAt;
    expect(tookMs).toBeLessThan(END_WITHIN_MS);
    console.log('ended beside a frozen PostgreSQL after', Math.round(tookMs), 'ms');
    expect(process.output()).toMatch(/cut off/);
    expect(await call).toMatchObject({ code: 'UNAVAILABLE' });
  } finally {
    await postgres.thaw();
    await server.disconnect();
    await postgres.stop();
  }
});
