import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@rollcall/testing';

/** Where Debian has a folder for each version of PostgreSQL. */
const VERSIONS = '/usr/lib/postgresql';

/** The programs of the newest PostgreSQL of this system, server and client; undefined where there is none. */
export const SYSTEM_POSTGRES: string | undefined = (existsSync(VERSIONS) ? readdirSync(VERSIONS) : [])
  .sort((one, other) => Number(other) - Number(one))
  .map(version => join(VERSIONS, version, 'bin'))
  .find(bin =>
    ['initdb', 'pg_basebackup', 'pg_ctl', 'pg_dump', 'pg_restore', 'psql'].every(tool =>
      existsSync(join(bin, tool)),
    ),
  );

/** A server of this system's PostgreSQL. The one that comes with the tests has no `pg_dump` of its version. */
export interface SystemPostgres {
  /** Of its maintenance database, as a superuser. */
  readonly url: string;
  /** The folder of its programs. */
  readonly bin: string;
  /** A standby that receives all that it writes. */
  startStandby(): Promise<{ readonly url: string; stop(): Promise<void> }>;
  stop(): Promise<void>;
}

/** Starts one with data of its own on a free port. */
export async function startSystemPostgres(): Promise<SystemPostgres> {
  if (SYSTEM_POSTGRES === undefined) throw new Error(`there is no PostgreSQL in ${VERSIONS}`);
  const bin = SYSTEM_POSTGRES;
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-postgres-'));
  await chmod(folder, 0o755);
  const owner = await ownerOf(folder);
  const run = (tool: string, ...args: string[]) =>
    execFileSync(join(bin, tool), args, { ...owner, cwd: folder, stdio: 'ignore' });
  const data = join(folder, 'data');
  run(
    'initdb',
    '-D',
    data,
    '-U',
    'postgres',
    '--auth=trust',
    '--locale=C.utf8',
    '--encoding=UTF8',
    '--no-sync',
  );
  const port = await freePort();
  const options = `-p ${port} -c unix_socket_directories=${folder} -c listen_addresses=127.0.0.1`;
  run('pg_ctl', '-D', data, '-o', options, '-l', join(folder, 'log'), '-w', 'start');
  const urlOf = (one: number) => `postgres://postgres:postgres@127.0.0.1:${one}/postgres`;
  return {
    url: urlOf(port),
    bin,
    startStandby: async () => {
      const other = await freePort();
      const copy = join(folder, `standby-${other}`);
      const from = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres'];
      run('pg_basebackup', '-D', copy, ...from, '-R', '-X', 'stream', '--checkpoint=fast', '--no-sync');
      const otherOptions = options.replace(`-p ${port}`, `-p ${other}`);
      run('pg_ctl', '-D', copy, '-o', otherOptions, '-l', join(folder, 'log-of-standby'), '-w', 'start');
      return {
        url: urlOf(other),
        stop: async () => {
          run('pg_ctl', '-D', copy, '-m', 'immediate', '-w', 'stop');
        },
      };
    },
    stop: async () => {
      run('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL does not run as root: Debian has a user for it. */
async function ownerOf(folder: string): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const idOf = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  const owner = { uid: idOf('-u'), gid: idOf('-g') };
  await chown(folder, owner.uid, owner.gid);
  return owner;
}
