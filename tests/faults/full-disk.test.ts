import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServerClient } from '@rollcall/client/server';
import { temporaryFolder } from '@rollcall/testing';
import { expect, it } from 'vitest';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

const folder = await temporaryFolder();
const mounted = mountSmallDisk(folder);
if (!mounted)
  console.log('a small disk cannot be mounted here (that takes root): the test of a full disk is skipped');

/** A real file system of 8 MiB. */
function mountSmallDisk(where: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', where], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function unmounts(where: string): boolean {
  try {
    execFileSync('umount', [where], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it.skipIf(!mounted).each(['sqlite', 'better-sqlite3'])(
  'answers UNAVAILABLE on a full disk, goes on reading, and recovers without losing an acknowledged write [%s]',
  async scheme => {
    const process = await startServerProcess({
      databaseUrl: `${scheme}:${join(folder, `${scheme}.sqlite`)}`,
    });
    const server = createServerClient({ url: process.url, secret: SECRET });
    const acknowledged: string[] = [];
    const write = async (id: string) => {
      await server.upsertUsers([{ id, filler: 'x'.repeat(4000) }]);
      acknowledged.push(id);
    };
    await write('before');

    const ballast = join(folder, 'ballast');
    writeBallast(ballast);
    let refusal: unknown;
    for (let number = 0; number < 500 && !refusal; number++)
      await write(`filling-${number}`).catch(error => (refusal = error));
    expect(refusal).toMatchObject({ name: 'RollcallError', code: 'UNAVAILABLE' });
    for (let number = 0; number < 5; number++) await write(`full-${number}`).catch(() => undefined);
    expect((await server.queryUsers({ id: 'before' })).users).toHaveLength(1);
    expect((await fetch(`${process.url}/readyz`)).status).toBe(503);

    rmSync(ballast);
    await write('after-1');
    await expect(server.upsertUsers([{ id: 'after-2' }, { id: 'no good' }])).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    await write('after-3');
    expect((await fetch(`${process.url}/readyz`)).status).toBe(200);

    await process.crash();
    await process.restart();
    const { users } = await server.queryUsers({ id: { $in: acknowledged.slice(-50) } }, [], { limit: 100 });
    expect(users.map(user => user.id).sort()).toEqual(acknowledged.slice(-50).sort());
    for await (const user of server.queryUsersAll({}, [{ field: 'id', direction: 1 }]))
      expect(acknowledged).toContain(user.id);
    await server.disconnect();
    expect(await process.stop()).toBe(0);
    rmSync(join(folder, `${scheme}.sqlite`), { force: true });
    // The readers of the server that was killed are processes that end by themselves, a moment later.
    if (scheme === 'better-sqlite3') await until('nobody uses the disk', async () => unmounts(folder));
  },
);

/** Leaves little more than nothing. */
function writeBallast(file: string): void {
  for (let mebibytes = 7; mebibytes > 0; mebibytes--) {
    try {
      writeFileSync(file, Buffer.alloc(mebibytes * 1024 * 1024));
      return;
    } catch {
      // It does not fit: a smaller one.
    }
  }
}
