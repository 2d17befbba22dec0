import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { ROOT, trackedFiles } from '../../repo/tracked-files.js';
import { until } from '../until.js';

const run = promisify(execFile);

/** An example as a stranger has it: in a folder of its own, with nothing of the repository but packed packages. */
export interface InstalledExample {
  folder: string;
  /** Starts it by the second command of its page, and waits until it has printed something. */
  start(env: Record<string, string>): Promise<RunningExample>;
  /** Runs a command in its folder until it ends, by default the second one of its page. */
  run(env: Record<string, string>, command?: string): Promise<Ended>;
  remove(): Promise<void>;
}

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** An example that was started, with all processes that came of it. */
export interface RunningExample {
  output(): string;
  /** Sends a signal to all of them, and resolves when none is left. */
  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Copies an example, packs beside it what its page names, and installs it by the first of the two commands of the page. */
export async function installExample(name: string): Promise<InstalledExample> {
  const folder = await mkdtemp(join(tmpdir(), `rollcall-${name}-`));
  const from = `examples/${name}/`;
  for (const { path } of trackedFiles().filter(file => file.path.startsWith(from))) {
    await cp(join(ROOT, path), join(folder, path.slice(from.length)));
  }
  const [install, start] = await commandsOf(folder);
  const packed = [...install.matchAll(/rollcall-(\w+)-[\d.]+\.tgz/g)].map(
    ([, name]) => `--workspace=@rollcall/${name}`,
  );
  await run('npm', ['pack', ...packed, '--pack-destination', folder], { cwd: ROOT });
  await run('sh', ['-c', `${install} --prefer-offline --no-audit --no-fund`], { cwd: folder });

  return {
    folder,
    start: env => startIn(folder, start, env),
    run: async (env, command = start) => {
      const options = { cwd: folder, env: { PATH: process.env.PATH, ...env } };
      const { code, stdout, stderr } = await run('sh', ['-c', command], options).then(
        done => ({ code: 0, ...done }),
        (failed: Ended) => failed,
      );
      return { code, stdout, stderr };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The two commands of a page. */
async function commandsOf(folder: string): Promise<[install: string, start: string]> {
  const page = await readFile(join(folder, 'README.md'), 'utf8');
  const [, block = ''] = /^```sh\n(.*?)^```$/ms.exec(page) ?? [];
  const commands = block.split('\n').filter(line => line !== '');
  expect(commands, basename(folder)).toEqual([expect.stringContaining('npm install'), expect.any(String)]);
  return commands as [string, string];
}

async function startIn(
  folder: string,
  command: string,
  env: Record<string, string>,
): Promise<RunningExample> {
  // A group of its own: a signal reaches the program behind npm, too.
  const child = spawn('sh', ['-c', command], {
    cwd: folder,
    env: { PATH: process.env.PATH, npm_config_loglevel: 'silent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  await until('the example has started', () => printed.includes('http') || child.exitCode !== null);
  expect(child.exitCode, printed).toBeNull();
  return { output: () => printed, end: signal => endGroup(child, signal) };
}

async function endGroup(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const group = -(child.pid as number);
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    process.kill(group, signal);
    await ended;
  }
  await until('no process of the example is left', () => !isAlive(group));
}

function isAlive(group: number): boolean {
  try {
    return process.kill(group, 0);
  } catch {
    return false;
  }
}
