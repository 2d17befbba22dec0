/**
 * The programs of PostgreSQL that read and write a whole database. They come with PostgreSQL's client, which is not a part of
 * Rollcall.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { RollcallError } from '@rollcall/protocol';
import type { ConnectedTo } from '../database/aside.js';

/** One of the programs. */
type Tool = 'pg_dump' | 'pg_restore' | 'psql';

/** Where the programs are, and what they are told to connect. */
export interface PostgresTools {
  /** Folders in which they are looked for, as in the variable `PATH`. */
  readonly path: string;
  /** As variables of the environment: there nobody else of the machine can read the password. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What may stand behind the `?` of a URL, and the variable by which these programs take it. */
const PARAMETERS: Readonly<Record<string, string>> = {
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  options: 'PGOPTIONS',
};

/** From this version on the programs can trust the authorities that the system trusts, as the driver does. */
const TRUSTS_SYSTEM = 16;

/**
 * What a program has to be told to come to the same server as a connection of the driver: the one of several that was found,
 * by the name, the password and the socket that the driver has used.
 * @param url of the database, for what it says of TLS.
 * @param version of the programs.
 */
export function connectionVariables(url: string, to: ConnectedTo, version: number): Record<string, string> {
  const given: Record<string, string | undefined> = {};
  const parameters = new URLSearchParams(/\?([^#]*)/.exec(url)?.[1]);
  for (const [name, value] of parameters) {
    const variable = PARAMETERS[name];
    if (variable) given[variable] = value;
  }
  // The driver's word for a connection that is encrypted, and not compared with any certificate.
  if (given.PGSSLMODE === 'no-verify') given.PGSSLMODE = 'require';
  if (given.PGSSLMODE === 'verify-full' && version >= TRUSTS_SYSTEM) given.PGSSLROOTCERT ||= 'system';
  given.PGHOST = to.host;
  given.PGPORT = String(to.port);
  given.PGUSER = to.user;
  given.PGDATABASE = to.database;
  given.PGPASSWORD = to.password ?? undefined;
  return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => !!entry[1]));
}

/** A program that runs. */
export interface RunningTool {
  readonly process: ChildProcess;
  /** Resolves with what it printed, if that was not handed on, when it has ended well. */
  readonly ended: Promise<string>;
}

/** Of what a program says about its errors, so much is kept. */
const MAX_SAID = 4000;

/**
 * Starts a program.
 * @param keeps whether what it prints is kept; otherwise it has to be read.
 * @throws RollcallError (`ended`) `UNAVAILABLE` when it is not there or fails, in its own words.
 */
export function startTool(
  { path, variables }: PostgresTools,
  tool: Tool,
  args: readonly string[],
  { signal, keeps = true }: { signal: AbortSignal; keeps?: boolean },
): RunningTool {
  const child = spawn(tool, args, {
    env: { ...variables, PATH: path, LC_ALL: 'C', PGAPPNAME: 'rollcall backup' },
    stdio: ['pipe', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  let [printed, said] = ['', ''];
  if (keeps) child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-MAX_SAID);
  });
  // It may end before it has read everything. How it ended says why.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close').then(
    ([code]) => {
      if (code === 0) return printed;
      throw new RollcallError(
        'UNAVAILABLE',
        `${tool} failed: ${lastWords(said) || `it ended with ${code}`}`,
        {
          unrecoverable: true,
        },
      );
    },
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? notThere(tool) : error;
    },
  );
  // Who waits for another one first must not be ended by this one.
  ended.catch(() => undefined);
  return { process: child, ended };
}

function notThere(tool: Tool): RollcallError {
  return new RollcallError(
    'UNAVAILABLE',
    `there is no ${tool} on the PATH: PostgreSQL is backed up with its own programs; install its client in the version of your server (Debian: postgresql-client-<version>), or run this where it is`,
    { unrecoverable: true },
  );
}

function lastWords(said: string): string {
  return said.trim().split('\n').slice(-3).join('; ');
}

/**
 * Checks that a program is there and not older than the server.
 * @param server the version of the server, as in `server_version_num`.
 * @returns the version of the program.
 */
export async function requireTool(
  path: string,
  tool: Tool,
  server: number,
  signal: AbortSignal,
): Promise<number> {
  const said = await startTool({ path, variables: {} }, tool, ['--version'], { signal }).ended;
  const has = Number(/\(PostgreSQL\) (\d+)/.exec(said)?.[1] ?? 0);
  const needs = Math.floor(server / 10_000);
  if (has >= needs) return has;
  throw new RollcallError(
    'UNAVAILABLE',
    `the ${tool} on the PATH is of PostgreSQL ${has}, and the server is ${needs}: install the client of PostgreSQL ${needs} or newer, and put its folder first in PATH`,
    { unrecoverable: true },
  );
}
