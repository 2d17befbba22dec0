import { signToken } from '@rollcall/core';
import { RollcallError } from '@rollcall/protocol';
import { type Config, type EnvironmentVariables, loadConfig } from './config/config.js';
import { dataOf } from './config/describe-config.js';
import { signingKeysOf } from './config/signing-keys.js';
import { type RunningServer, startServer } from './start-server.js';
import type { ShutdownResult } from './stop-server.js';
import { withTimeout } from './with-timeout.js';

/** The parts of a process that running a server uses. `process` itself is one. */
export interface HostProcess {
  stdout: { write(text: string): unknown; isTTY?: boolean };
  stderr: { write(text: string): unknown };
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'];
/** How long a start may still take after it was asked to end. */
const START_PATIENCE_MS = 5000;

const TOKEN_SECONDS = 24 * 60 * 60;

/**
 * Runs a server until a signal ends it. The first signal shuts down in order, a second one at once.
 * @returns the exit code for the process: 0 after an orderly shutdown; 1 when the server had to cut off something that had
 * begun, or was forced to stop; 2 when it could not start.
 */
export async function runServer(env: EnvironmentVariables, host: HostProcess = process): Promise<number> {
  const signals = listenFor(host);
  try {
    return await Promise.race([serve(env, host, signals.first), signals.second.then(() => 1)]);
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    host.stderr.write(`error: ${error.code} ${error.message}\n`);
    return 2;
  } finally {
    signals.stop();
  }
}

async function serve(env: EnvironmentVariables, host: HostProcess, end: Promise<void>): Promise<number> {
  const config = loadConfig(env);
  const starting = startServer(config);
  // A start may wait long for another process that migrates. A server that does not serve yet can end without losing anything.
  const isEarly = await Promise.race([starting.then(() => false), end.then(() => true)]);
  if (isEarly && !(await withTimeout(starting, START_PATIENCE_MS))) {
    host.stderr.write('error: UNAVAILABLE asked to end before it was ready\n');
    return 2;
  }
  const server = await starting;
  if (isEarly) return exitCodeOf(await server.close());
  host.stdout.write(welcomeText(server, await firstToken(config, host)));
  await end;
  return exitCodeOf(await server.close());
}

function exitCodeOf(ending: ShutdownResult): number {
  return ending === 'in order' ? 0 : 1;
}

/**
 * A token saves a developer who looks on a step. It may do everything, so it goes to a terminal only: what is printed
 * elsewhere is kept, and others read it.
 */
async function firstToken(config: Config, host: HostProcess): Promise<string | undefined> {
  if (!host.stdout.isTTY || config.environment !== 'development') return undefined;
  const issuedAt = Math.floor(Date.now() / 1000);
  return signToken(await signingKeysOf(config), {
    server: true,
    iat: issuedAt,
    exp: issuedAt + TOKEN_SECONDS,
  });
}

function listenFor(host: HostProcess): { first: Promise<void>; second: Promise<void>; stop(): void } {
  let count = 0;
  let heard: (() => void)[] = [];
  const first = new Promise<void>(resolve => heard.push(resolve));
  const second = new Promise<void>(resolve => heard.push(resolve));
  const listener = () => heard[count++]?.();
  for (const signal of SIGNALS) host.on(signal, listener);
  const stop = () => {
    heard = [];
    for (const signal of SIGNALS) host.off(signal, listener);
  };
  return { first, second, stop };
}

/** What a person who has just started Rollcall wants to know: its address, how to sign in, and what to try. */
function welcomeText(server: Pick<RunningServer, 'url' | 'port' | 'config'>, token?: string): string {
  const lines = [`Rollcall answers at ${server.url}`, `Data: ${dataOf(server.config)}`];
  if (token === undefined) {
    return [...lines, 'To sign in, make a token: npx rollcall token --server --expires-in 1d', ''].join('\n');
  }
  const usual = server.port === 4600 && ['127.0.0.1', 'localhost', '0.0.0.0'].includes(server.config.host);
  return [
    ...lines,
    '',
    'In another terminal, sign in with a server token. It may do everything, for 24 hours:',
    '',
    ...(usual ? [] : [`  export ROLLCALL_URL=${server.url}`]),
    `  export ROLLCALL_TOKEN=${token}`,
    '',
    'Then follow all changes in one terminal, and make some in another:',
    '',
    '  npx rollcall watch',
    '  npx rollcall import samples/users.ndjson',
    '',
    '',
  ].join('\n');
}
