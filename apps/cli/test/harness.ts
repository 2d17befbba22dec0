import { PassThrough, Readable } from 'node:stream';
import { type Config, loadConfig, type RunningServer, startServer } from '@rollcall/server';
import { temporaryFolder } from '@rollcall/testing';
import type { CommandContext } from '../src/context.js';
import { run } from '../src/run.js';

export const SECRET = 'test:0123456789abcdef0123456789abcdef';

/** The settings of a server with an embedded database in a folder. */
export function configOf(folder: string, port = 0): Config {
  return loadConfig({
    ROLLCALL_DATABASE_URL: `sqlite:${folder}/data/rollcall.sqlite`,
    ROLLCALL_SECRET: SECRET,
    ROLLCALL_PORT: String(port),
    ROLLCALL_LOG_LEVEL: 'silent',
    ROLLCALL_DRAIN_MS: '0',
  });
}

/** Starts a server on a free port, with an embedded database in a new folder. */
export async function startTestServer(): Promise<RunningServer & AsyncDisposable> {
  const server = await startServer(configOf(await temporaryFolder()));
  const dispose = async () => {
    await server.close();
  };
  return { ...server, [Symbol.asyncDispose]: dispose };
}

/** A running command, as a terminal or a script sees it. */
export interface RunningCommand {
  /** Standard output so far, or all of it at the end. */
  out(): string;
  err(): string;
  /** Standard output, parsed as JSON lines. */
  json(): Record<string, unknown>[];
  /** Resolves as soon as standard output or standard error contains a text. */
  until(text: string): Promise<void>;
  interrupt(): void;
  readonly exitCode: Promise<number>;
}

export interface CommandOptions {
  server?: { url: string };
  directory?: string;
  stdin?: string | Readable;
  env?: Record<string, string>;
  terminal?: boolean;
}

/** Starts `rollcall` within this process, from its source. */
export function start(args: string[], options: CommandOptions = {}): RunningCommand {
  const interruption = new AbortController();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let text = { out: '', err: '' };
  const waiting = new Set<() => void>();
  const collect = (name: 'out' | 'err') => (chunk: Buffer) => {
    text = { ...text, [name]: text[name] + chunk.toString() };
    for (const check of waiting) check();
  };
  stdout.on('data', collect('out'));
  stderr.on('data', collect('err'));
  const { server, stdin = '' } = options;
  const context: CommandContext = {
    env: { ...(server && { ROLLCALL_URL: server.url, ROLLCALL_SECRET: SECRET }), ...options.env },
    directory: options.directory ?? process.cwd(),
    stdin: typeof stdin === 'string' ? Readable.from([Buffer.from(stdin)]) : stdin,
    stdout: Object.assign(stdout, { isTTY: options.terminal ?? false, columns: 120 }),
    stderr: Object.assign(stderr, { isTTY: options.terminal ?? false, columns: 120 }),
    interrupted: interruption.signal,
    exitCode: 0,
  };
  const exitCode = run(args, context);
  const until = async (wanted: string) => {
    const found = new Promise<void>(resolve => {
      const check = () => {
        if (text.out.includes(wanted) || text.err.includes(wanted)) {
          waiting.delete(check);
          resolve();
        }
      };
      waiting.add(check);
      check();
    });
    const ended = exitCode.then(code => {
      if (text.out.includes(wanted) || text.err.includes(wanted)) return;
      throw new Error(`the command ended with ${code} before it said "${wanted}":\n${text.out}${text.err}`);
    });
    await Promise.race([found, ended]);
  };
  return {
    out: () => text.out,
    err: () => text.err,
    json: () =>
      text.out
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line)),
    until,
    interrupt: () => interruption.abort(),
    exitCode,
  };
}

/** Runs `rollcall` to its end. */
export async function rollcall(args: string[], options: CommandOptions = {}) {
  const command = start(args, options);
  const exitCode = await command.exitCode;
  return { exitCode, out: command.out(), err: command.err(), json: command.json.bind(command) };
}
