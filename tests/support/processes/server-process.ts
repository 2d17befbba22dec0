import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@rollcall/testing';
import { startRoundRobin } from '../network/round-robin.js';
import { freshSeamDatabase, replicaSettings, SEAM_PROCESSES } from './seam-engine.js';

/** The program of the server, as it is built. */
export const SERVER_MAIN = join(fileURLToPath(import.meta.url), '../../../../apps/server/dist/main.js');

/** The secret that servers of tests sign with. */
export const SECRET = 'test:a-secret-of-more-than-thirty-two-bytes-for-tests';

/** A server in a process of its own, as an operator starts it; or several behind one address, which are one to callers. */
export interface ServerProcess {
  readonly url: string;
  readonly databaseUrl: string;
  /** Of the first process. */
  readonly pid: number;
  /** What it has printed and logged so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Kills it at once, and resolves when it is gone. */
  crash(): Promise<void>;
  /** Asks it to end; resolves with its exit code; of several, with the first that is not 0. */
  stop(): Promise<number | null>;
  /** Starts it again after a crash or a stop, on the same port and data. */
  restart(): Promise<void>;
}

/** What a server is started with. */
export interface ServerProcessOptions {
  databaseUrl?: string;
  env?: Record<string, string>;
  /** How many processes. Those beyond one stand behind a balancer that keeps nobody with one of them. */
  processes?: number;
}

/**
 * Starts a server and waits until it answers. Without a database it has a fresh one, and as many processes, as
 * `ROLLCALL_TEST_SEAM_ENGINE` says; with one it is one process.
 */
export async function startServerProcess(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const databaseUrl = options.databaseUrl ?? (await freshSeamDatabase());
  const processes = options.processes ?? (options.databaseUrl === undefined ? SEAM_PROCESSES : 1);
  const env = options.env ?? {};
  if (processes === 1) return startOne(databaseUrl, env);
  return behindOneAddress(
    await Promise.all(Array.from({ length: processes }, () => startOne(databaseUrl, env))),
  );
}

/** Several servers as one. */
async function behindOneAddress(servers: readonly ServerProcess[]): Promise<ServerProcess> {
  const [first] = servers as [ServerProcess, ...ServerProcess[]];
  const url = await startRoundRobin(servers.map(server => Number(new URL(server.url).port)));
  return {
    url,
    databaseUrl: first.databaseUrl,
    get pid() {
      return first.pid;
    },
    output: () => servers.map(server => server.output()).join(''),
    kill: signal => {
      for (const server of servers) server.kill(signal);
    },
    crash: async () => {
      await Promise.all(servers.map(server => server.crash()));
    },
    stop: async () => {
      const codes = await Promise.all(servers.map(server => server.stop()));
      const [wrong] = codes.filter(code => code !== 0);
      return wrong === undefined ? 0 : wrong;
    },
    restart: async () => {
      await Promise.all(servers.map(server => server.restart()));
    },
  };
}

async function startOne(databaseUrl: string, extra: Record<string, string>): Promise<ServerProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    ROLLCALL_DATABASE_URL: databaseUrl,
    ROLLCALL_SECRET: SECRET,
    ROLLCALL_PORT: String(port),
    ROLLCALL_LOG_LEVEL: 'warn',
    // Clients keep their connections open: each stop would wait for them to come back.
    ROLLCALL_DRAIN_MS: '0',
    ...replicaSettings(databaseUrl),
    ...extra,
  };
  let printed = '';
  let child = await start();

  async function start(): Promise<ChildProcess> {
    const started = spawn(process.execPath, [SERVER_MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    await answers(started, `${url}/readyz`, () => printed);
    return started;
  }

  const ended = async () => {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode;
  };

  return {
    url,
    databaseUrl,
    get pid() {
      return child.pid as number;
    },
    output: () => printed,
    kill: signal => {
      child.kill(signal);
    },
    crash: async () => {
      child.kill('SIGKILL');
      await ended();
    },
    stop: async () => {
      child.kill('SIGTERM');
      return ended();
    },
    restart: async () => {
      await ended();
      child = await start();
    },
  };
}

async function answers(child: ChildProcess, url: string, output: () => string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (child.exitCode === null && Date.now() < deadline) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.text();
    if (answer?.ok) return;
    await new Promise(resolve => setTimeout(resolve, 30));
  }
  child.kill('SIGKILL');
  throw new Error(`the server did not start:\n${output()}`);
}
