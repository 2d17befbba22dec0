import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServerClient } from '@rollcall/client/server';
import { SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

const MAIN = join(fileURLToPath(import.meta.url), '../../../apps/server/dist/main.js');

let server: ServerProcess | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** Memory that the process holds, in bytes. */
function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** Everything that a server prints which cannot start with these settings. */
async function outputOfFailure(settings: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = await once(child, 'close');
  expect(code).not.toBe(0);
  return output;
}

describe('a process', () => {
  it('that cannot start shows none of its secrets, wherever they came from', async () => {
    const canaries = ['canary-database-password', 'canary-signing-secret-of-more-than-32-bytes'];
    const output = await outputOfFailure({
      ROLLCALL_DATABASE_URL: `postgres://rollcall:${canaries[0]}@127.0.0.1:1/rollcall`,
      ROLLCALL_SECRET: `canary:${canaries[1]}`,
      ROLLCALL_LOG_LEVEL: 'trace',
    });
    expect(output).not.toBe('');
    for (const canary of canaries) expect(output).not.toContain(canary);
  });

  it('refuses to start with a secret that is too short, and does not repeat it', async () => {
    const output = await outputOfFailure({ ROLLCALL_SECRET: 'canary-short' });
    expect(output).toContain('32 bytes');
    expect(output).not.toContain('canary-short');
  });

  it('does its work where prototypes cannot be reached at all', async () => {
    server = await startServerProcess({ env: { NODE_OPTIONS: '--disable-proto=delete' } });
    const client = createServerClient({ url: server.url, secret: SECRET });
    await client.upsertUsers([{ id: 'jane', name: 'Jane', 'constructor-ish': 1 }]);
    expect((await client.queryUsers({ name: { $autocomplete: 'ja' } })).users).toHaveLength(1);
    await client.disconnect();
  });

  it('keeps to its memory under bodies that are too large, texts that are not tokens and batches that are too long', async () => {
    server = await startServerProcess();
    const { url, pid } = server;
    const large = `{"users":[${'{"id":"x"},'.repeat(1_500_000)}{}]}`;
    const [kid = '', secret] = SECRET.split(':');
    const good = await new SignJWT({ server: true })
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(new TextEncoder().encode(secret));
    const post = (token: string) =>
      fetch(`${url}/trpc/users.upsert`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: large,
      }).catch(() => undefined);
    const flood = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        const bad = `${round}.x.${'y'.repeat(7000)}`;
        const headers = { authorization: `Bearer ${bad}` };
        const names = Array(21).fill('users.query').join(',');
        const [one, other, ...refused] = await Promise.all([
          post(good),
          post(good),
          post(bad),
          post(bad),
          fetch(`${url}/trpc/${names}?batch=1&input={}`, { headers }),
        ]);
        // A server that answers before it has read everything may also cut the sender off.
        for (const answer of [one, other]) expect(answer?.status ?? 413).toBe(413);
        for (const answer of refused) expect(answer?.status ?? 413).toBeGreaterThanOrEqual(400);
        for (const answer of [one, other, ...refused]) await answer?.text();
      }
    };
    await flood(4);
    const before = residentBytes(pid);
    await flood(12);
    expect(residentBytes(pid) - before).toBeLessThan(64 * 1024 * 1024);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});
