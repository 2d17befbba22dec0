import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@rollcall/testing';
import { HANGS_MS, type Mutation } from './mutation.js';

const run = promisify(execFile);

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Tests that use the built programs; the others import the sources. */
const USE_BUILT = /^tests\/(?!repo\/)|^apps\/server\/test\/process\.test\.ts$/;

/** How long a run may take beside its tests, to start and to stop. */
const AROUND_MS = 120_000;

/** How long the run of all tests with all mechanisms in place may take. */
const WHOLE_MS = 900_000;

/** How the tests of a mutation went. */
export interface MutationOutcome {
  ran: number;
  failed: number;
}

/**
 * A copy of the repository in which mechanisms can be switched off while others work on the original. It has the packages
 * that are installed in the original, and its own workspaces.
 */
export class MutatedCopy {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<MutatedCopy> {
    const folder = await temporaryFolder();
    const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: ROOT,
      maxBuffer: 2 ** 26,
    });
    for (const path of stdout.split('\0').filter(Boolean)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await cp(join(ROOT, path), join(folder, path));
    }
    for (const group of ['packages', 'apps']) {
      for (const name of await readdir(join(ROOT, group))) {
        const built = join(group, name, 'dist');
        await cp(join(ROOT, built), join(folder, built), { recursive: true }).catch(ignoreMissing);
      }
    }
    await linkPackages(folder);
    // Tests that read the repository ask git for its files.
    await run('git', ['init', '-q'], { cwd: folder });
    return new MutatedCopy(folder);
  }

  /** Switches one mechanism off, runs the tests that must notice, and switches it on again. */
  async try(mutation: Mutation): Promise<MutationOutcome> {
    const { file, from, to, test } = mutation;
    const path = join(this.#folder, file);
    const text = await readFile(path, 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${file} does not have this text once: ${from}`);
    await writeFile(
      path,
      text.replace(from, () => to),
    );
    try {
      if (USE_BUILT.test(test.file)) await this.#build(file);
      return await this.#runTests([mutation], mutation.hangsMs ?? HANGS_MS);
    } finally {
      await writeFile(path, text);
      if (USE_BUILT.test(test.file)) await this.#build(file);
    }
  }

  /** Runs the tests of mechanisms with all of them in place. */
  async control(mutations: readonly Mutation[]): Promise<MutationOutcome> {
    const outcome = { ran: 0, failed: 0 };
    for (const group of groupsOf(mutations)) {
      const { ran, failed } = await this.#runTests(group);
      outcome.ran += ran;
      outcome.failed += failed;
    }
    return outcome;
  }

  /** Builds the package of a file. What does not compile any more is emitted all the same. */
  async #build(file: string): Promise<void> {
    const cwd = join(this.#folder, workspaceOf(file));
    await run('npm', ['run', 'build'], { cwd }).catch(() => undefined);
  }

  /**
   * Runs the tests of mechanisms, which are all of one workspace and on one engine, in one go.
   * @param hangsMs after which a test counts as hanging; absent: after its own time.
   */
  async #runTests(mutations: readonly Mutation[], hangsMs?: number): Promise<MutationOutcome> {
    const [{ engine = 'sqlite3', test: { file: some } = { file: '' } } = {}] = mutations;
    const workspace = workspaceOf(some);
    const report = join(this.#folder, 'report.json');
    await rm(report, { force: true });
    const files = new Set(mutations.map(({ test }) => test.file.slice(workspace.length + 1)));
    const names = [...new Set(mutations.map(({ test }) => patternOf(test.name)))].join('|');
    const options = ['--testNamePattern', names, '--reporter=json', `--outputFile=${report}`];
    if (hangsMs !== undefined) options.push(`--testTimeout=${hangsMs}`);
    const env = {
      ...process.env,
      ROLLCALL_TEST_WHOLE: '1',
      ROLLCALL_TEST_ENGINES: engine,
      // Nobody connects to it: then no server has to be started.
      ...(engine !== 'postgres' &&
        workspace !== 'tests' && { ROLLCALL_TEST_POSTGRES_URL: 'postgres://none' }),
      VITEST: undefined,
    };
    const cwd = join(this.#folder, workspace);
    const over = await runWhole(['vitest', 'run', ...files, ...options], {
      cwd,
      env,
      maxMs: hangsMs === undefined ? WHOLE_MS : hangsMs + AROUND_MS,
    });
    const text = await readFile(report, 'utf8').catch(() => undefined);
    if (text === undefined) return { ran: 1, failed: over === 'green' ? 0 : 1 };
    const { numPassedTests = 0, numFailedTests = 0 } = JSON.parse(text) as Record<string, number>;
    return { ran: numPassedTests + numFailedTests, failed: numFailedTests };
  }
}

/** The folder of the workspace that a file belongs to. */
function workspaceOf(file: string): string {
  return file.startsWith('tests/') ? 'tests' : file.split('/').slice(0, 2).join('/');
}

/** Mutations whose tests run in one go. */
function groupsOf(mutations: readonly Mutation[]): Mutation[][] {
  const groups = new Map<string, Mutation[]>();
  for (const mutation of mutations) {
    const key = `${workspaceOf(mutation.test.file)} ${mutation.engine ?? 'sqlite3'}`;
    groups.set(key, [...(groups.get(key) ?? []), mutation]);
  }
  return [...groups.values()];
}

/**
 * Runs a command of the packages to its end, and then ends everything that it has started: a test that goes red may leave
 * its servers running. One that hangs is red, too.
 */
async function runWhole(
  command: readonly string[],
  { maxMs, ...options }: { cwd: string; env: NodeJS.ProcessEnv; maxMs: number },
): Promise<'green' | 'red'> {
  const child = spawn('npx', command, { ...options, detached: true, stdio: 'ignore' });
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of it runs any more.
    }
  };
  const hanging = setTimeout(end, maxMs);
  const [code] = await once(child, 'exit');
  clearTimeout(hanging);
  end();
  return code === 0 ? 'green' : 'red';
}

/** The name of a test as a pattern. A `%s` stands for anything, as do the dollar names of a table of cases. */
function patternOf(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/%[sdioj]|\\\$\w+/g, '.*');
}

/** Node looks for packages where a file really is: so the copy has links to each package, and workspaces of its own. */
async function linkPackages(folder: string): Promise<void> {
  const installed = join(ROOT, 'node_modules');
  await mkdir(join(folder, 'node_modules', '@rollcall'), { recursive: true });
  for (const name of await readdir(installed)) {
    if (name === '@rollcall') continue;
    await symlink(join(installed, name), join(folder, 'node_modules', name));
  }
  for (const group of ['packages', 'apps', 'examples']) {
    for (const name of await readdir(join(folder, group))) {
      const { name: called } = JSON.parse(
        await readFile(join(folder, group, name, 'package.json'), 'utf8'),
      ) as { name: string };
      await symlink(join(folder, group, name), join(folder, 'node_modules', called));
    }
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
