import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServerClient } from '@rollcall/client/server';
import { temporaryFolder } from '@rollcall/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { fillWithContent } from '../support/data/content-of-many.js';
import { CLI_BIN } from '../support/processes/run-cli.js';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';
import { seededRandom } from '../support/seeded-random.js';

/** So many commands are killed before they end, of each kind. */
const HITS = 5;
const ids = Array.from({ length: 2000 }, (_, index) => `person-${index}`);

let database: string;

beforeAll(async () => {
  database = join(await temporaryFolder(), 'rollcall.sqlite');
  const process = await startServerProcess({ databaseUrl: `sqlite:${database}` });
  const server = createServerClient({ url: process.url, secret: SECRET });
  expect(await server.importUsers(ids.map(id => ({ id })))).toMatchObject({ failed: 0 });
  await server.disconnect();
  await process.stop();
  fillWithContent(database, ids, { messages: 40, channels: 4, calls: 4, activities: 10 });
});

/** Starts the command. @returns what kills it, and how it ended. */
function startRollcall(args: string[], databaseUrl: string) {
  const env = { PATH: process.env.PATH, ROLLCALL_DATABASE_URL: databaseUrl, ROLLCALL_SECRET: SECRET };
  const child = spawn(process.execPath, [CLI_BIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [err, out] = ['', ''];
  child.stdout.on('data', text => {
    out += text;
  });
  child.stderr.on('data', text => {
    err += text;
  });
  const begun = once(child.stderr, 'data');
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
  return {
    kill: () => child.kill('SIGKILL'),
    hangUp: () => child.kill('SIGHUP'),
    begun: Promise.race([begun, ended]),
    ended,
  };
}

/** Runs commands and kills them at random moments, until enough were hit. @returns how many have ended by themselves. */
async function killSome(name: string, start: () => ReturnType<typeof startRollcall>, look: () => void) {
  const random = seededRandom(name);
  let [hits, wholes, longestMs] = [0, 0, 1000];
  for (let round = 1; hits < HITS; round++) {
    expect(round, 'most are hit before they end').toBeLessThan(6 * HITS);
    const command = start();
    await command.begun;
    const from = performance.now();
    const timer = sleep(random() * longestMs).then(command.kill);
    const { code, err } = await command.ended;
    if (code === null) hits += 1;
    else {
      expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
      longestMs = performance.now() - from;
      wholes += 1;
    }
    await timer;
    look();
  }
  return wholes;
}

describe.each(['sqlite', 'better-sqlite3'])('a command that is killed or held back [%s]', scheme => {
  it('leaves no backup that is not whole, and the next one clears up', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'a.backup');
    const place = () => `${scheme}:${join(folder, 'none', 'rollcall.sqlite')}`;
    await killSome(
      `backup ${scheme}`,
      () => startRollcall(['backup', file], `${scheme}:${database}`),
      () => {
        const names = readdirSync(folder);
        expect(
          names.filter(
            one => one !== 'a.backup' && !/^a\.backup\.\d+\.[0-9a-f]{8}\.part(-journal)?$/.test(one),
          ),
        ).toEqual([]);
        rmSync(file, { force: true });
      },
    );
    // What reads for a command ends a moment after it.
    await sleep(1000);
    expect((await startRollcall(['backup', file], `${scheme}:${database}`).ended).code).toBe(0);
    expect(readdirSync(folder)).toEqual(['a.backup']);
    expect((await startRollcall(['restore', file, '--dry-run'], place()).ended).code).toBe(0);
  });

  it('ends in order when its terminal goes away, and leaves nothing', async () => {
    const folder = await temporaryFolder();
    const command = startRollcall(['backup', folder], `${scheme}:${database}`);
    await command.begun;
    command.hangUp();
    expect(await command.ended).toMatchObject({ code: 2, err: expect.stringContaining('interrupted: ') });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('may not write so much, and says so of the backup, which it removes', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'a.backup');
    const child = spawnSync(
      'bash',
      ['-c', 'ulimit -f 300; exec "$@"', 'bash', process.execPath, CLI_BIN, 'backup', file],
      {
        env: {
          PATH: process.env.PATH,
          ROLLCALL_DATABASE_URL: `${scheme}:${database}`,
          ROLLCALL_SECRET: SECRET,
        },
      },
    );
    expect(child.status).toBe(2);
    expect(String(child.stderr)).toMatch(/error: UNAVAILABLE .* could not be copied to .*ulimit -f/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves an empty place or a whole installation, never half of one', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'a.backup');
    expect((await startRollcall(['backup', file], `sqlite:${database}`).ended).code).toBe(0);
    const place = join(folder, 'restored', 'rollcall.sqlite');
    const restore = () => startRollcall(['restore', file], `${scheme}:${place}`);
    await killSome(`restore ${scheme}`, restore, () => {
      if (!existsSync(place)) return;
      const tables = execFileSync(
        process.execPath,
        [
          '-e',
          `const db = require('better-sqlite3')(process.argv[1], { readonly: true });
          console.log(db.prepare('SELECT count(*) FROM users').pluck().get(), db.pragma('integrity_check', { simple: true }))`,
          place,
        ],
        { encoding: 'utf8', cwd: new URL('../../packages/core', import.meta.url) },
      );
      expect(tables).toBe(`${ids.length} ok\n`);
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${place}${suffix}`, { force: true });
    });
    await sleep(1000);
    expect(await restore().ended).toMatchObject({ code: 0 });
    expect(readdirSync(join(folder, 'restored')).sort()).toEqual(['rollcall.sqlite', 'rollcall.sqlite-lock']);
    const started = await startServerProcess({ databaseUrl: `${scheme}:${place}` });
    const server = createServerClient({ url: started.url, secret: SECRET });
    expect(await server.countUsers({}, { up_to: 10_000 })).toMatchObject({ count: ids.length });
    await server.disconnect();
    expect(await started.stop()).toBe(0);
  });
});

const disk = await temporaryFolder();
const mounted = mountSmallDisk(disk);
if (!mounted) {
  console.log('a small disk cannot be mounted here (that takes root): the test of a full disk is skipped');
}

/** A real file system of 4 MiB. */
function mountSmallDisk(where: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', where], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it.skipIf(!mounted)(
  'says before it begins that there is no room, and leaves nothing where a disk fills up meanwhile',
  async () => {
    const big = await startRollcall(['backup', join(disk, 'a.backup')], `sqlite:${database}`).ended;
    expect(big.code).toBe(2);
    expect(big.err).toMatch(
      /error: UNAVAILABLE there is no room in .*: \d+ MiB are needed, and [34] MiB are free; nothing was written/,
    );
    expect(readdirSync(disk)).toEqual([]);

    const fresh = join(await temporaryFolder(), 'rollcall.sqlite');
    const server = await startServerProcess({ databaseUrl: `sqlite:${fresh}` });
    await server.stop();
    const roomy = join(await temporaryFolder(), 'a.backup');
    expect((await startRollcall(['backup', roomy], `sqlite:${fresh}`).ended).code).toBe(0);
    // What was restored has no gaps, so it is as long as its backup.
    const small = join(await temporaryFolder(), 'rollcall.sqlite');
    expect((await startRollcall(['restore', roomy], `sqlite:${small}`).ended).code).toBe(0);
    // Its data fits to the byte, and what follows the data does not.
    const data = Math.floor(statSync(roomy).size / 4096) * 4096;
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(bavail * bsize - data));
    expect(statfsSync(disk).bavail * bsize).toBe(data);
    const full = await startRollcall(['backup', join(disk, 'a.backup')], `sqlite:${small}`).ended;
    expect(full.code).toBe(2);
    expect(full.err).toMatch(
      /error: UNAVAILABLE the disk of .*a\.backup is full; .* Nothing was left behind/,
    );
    expect(readdirSync(disk)).toEqual(['ballast']);

    mkdirSync(join(disk, 'data'));
    const place = `sqlite:${join(disk, 'data', 'rollcall.sqlite')}`;
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(bavail * bsize - Math.floor(data / 2 / 4096) * 4096));
    const restored = await startRollcall(['restore', roomy], place).ended;
    expect(restored.code).toBe(2);
    expect(restored.err).toMatch(/error: UNAVAILABLE there is no room in/);
    expect(readdirSync(join(disk, 'data')).filter(name => name !== 'rollcall.sqlite-lock')).toEqual([]);
    execFileSync('umount', [disk]);
  },
);
