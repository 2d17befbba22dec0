import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '@rollcall/testing';
import { ROOT } from '../repo/tracked-files.js';
import { SECRET } from './processes/server-process.js';
import { moduleOf, type Snippet } from './snippets.js';
import { until } from './until.js';

const COMPILER_OPTIONS = {
  strict: true,
  target: 'ES2022',
  module: 'NodeNext',
  lib: ['ES2022', 'DOM'],
  types: ['node'],
  jsx: 'react-jsx',
};

/** The address that pages show. */
const SHOWN_URL = 'http://localhost:4600';

const run = promisify(execFile);

/** An empty project of a reader, in which the packages are installed. */
export interface ReaderProject {
  folder: string;
  /** Compiles snippets strictly. Returns what the compiler finds wrong. */
  compile(snippets: readonly Snippet[]): Promise<string>;
  /**
   * Starts a compiled snippet against a server. `given` is JavaScript that runs before it: the reader's own program.
   */
  start(snippet: Snippet, options: StartOptions): ReaderProgram;
  /** Starts commands of the shell, with the `rollcall` of the repository. */
  shell(commands: string, env: Record<string, string>): ReaderProgram;
}

interface StartOptions {
  url: string;
  given: string;
  /** JavaScript that runs after it, with what it exports as `shown`. */
  afterwards?: string;
  env?: Record<string, string>;
}

/** A snippet that runs. */
export interface ReaderProgram {
  /** What it has printed so far. */
  output(): string;
  /** Resolves when it has printed something that matches. */
  printed(pattern: RegExp): Promise<void>;
  /** What it has printed when it has ended by itself. It fails when the program does. */
  readonly ended: Promise<string>;
  /** Ends it, and resolves when it is gone. */
  stop(): Promise<void>;
}

/** Makes the project. */
export async function makeReaderProject(): Promise<ReaderProject> {
  const folder = await temporaryFolder();
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'data/rollcall.secret'), `${SECRET}\n`, { mode: 0o600 });
  let programs = 0;
  return {
    folder,
    async compile(snippets) {
      for (const snippet of snippets) {
        await writeFile(join(folder, `${nameOf(snippet)}.${snippet.jsx ? 'tsx' : 'ts'}`), moduleOf(snippet));
      }
      const config = { compilerOptions: COMPILER_OPTIONS, include: ['*.ts', '*.tsx'] };
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
      return run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { cwd: folder }).then(
        () => '',
        ({ stdout }: { stdout: string }) => stdout,
      );
    },
    start(snippet, { url, given, afterwards = '', env = {} }) {
      programs += 1;
      const name = `${nameOf(snippet)}-${programs}`;
      const written = (async () => {
        const text = await readFile(join(folder, `${nameOf(snippet)}.js`), 'utf8');
        await writeFile(join(folder, `${name}.js`), text.replaceAll(SHOWN_URL, url));
        await writeFile(join(folder, `${name}-given.js`), given);
        await writeFile(
          join(folder, `${name}-run.js`),
          `import * as shown from './${name}.js';\n${afterwards}`,
        );
      })();
      return programOf(
        written.then(() =>
          spawn(process.execPath, ['--import', `./${name}-given.js`, `${name}-run.js`], {
            cwd: folder,
            env: { ...process.env, ...env },
            stdio: ['ignore', 'pipe', 'pipe'],
          }),
        ),
      );
    },
    shell: (commands, env) =>
      programOf(
        Promise.resolve(
          spawn('sh', ['-c', commands], {
            cwd: folder,
            env: { PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`, ...env },
            stdio: ['ignore', 'pipe', 'pipe'],
          }),
        ),
      ),
  };
}

/** The name of a snippet's file, without what comes after the dot. */
export const nameOf = ({ page, line }: Snippet) => `${page.replaceAll('/', '_')}-${line}`;

function programOf(starting: Promise<ChildProcess>): ReaderProgram {
  let [output, over] = ['', false];
  const ended = starting.then(async child => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const [code, signal] = await once(child, 'close');
    over = true;
    if (code !== 0 && signal === null) throw new Error(`the snippet ended with ${code}:\n${output}`);
    return output;
  });
  // Who waits for something printed learns of a failure there.
  ended.catch(() => undefined);
  return {
    output: () => output,
    ended,
    printed: pattern =>
      until(`the snippet prints ${pattern}`, () => {
        if (pattern.test(output)) return true;
        if (over) throw new Error(`the snippet ended before it printed ${pattern}:\n${output}`);
        return false;
      }),
    async stop() {
      (await starting).kill('SIGTERM');
      await ended.catch(() => undefined);
    },
  };
}
