import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, temporaryFolder } from '@rollcall/testing';

const MAIN = join(fileURLToPath(import.meta.url), '../../../apps/server/dist/main.js');

/** The secret that servers of tests sign with. */
export const SECRET = 'test:a-secret-of-more-than-thirty-two-bytes-for-tests';

/** A server in a process of its own, as an operator starts it. */
export interface ServerProcess {
  readonly url: string;
  readonly databaseUrl: string;
  readonly pid: number;
  /** What it has printed and logged so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Kills it at once, and resolves when it is gone. */
  crash(): Promise<void>;
  /** Asks it to end; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Starts it again after a crash or a stop, on the same port and data. */
  restart(): Promise<void>;
}

/** Starts a server and waits until it answers. By default it has a fresh embedded database. */
export async function startServerProcess(
  options: { databaseUrl?: string; env?: Record<string, string> } = {},
): Promise<ServerProcess> {
  const databaseUrl = options.databaseUrl ?? `sqlite:${join(await temporaryFolder(), 'rollcall.sqlite')}`;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    ROLLCALL_DATABASE_URL: databaseUrl,
    ROLLCALL_SECRET: SECRET,
    ROLLCALL_PORT: String(port),
    ROLLCALL_LOG_LEVEL: 'warn',
    ...options.env,
  };
  let printed = '';
  let child = await start();

  async function start(): Promise<ChildProcess> {
    const started = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
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
