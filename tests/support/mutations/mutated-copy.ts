import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runWhole } from '../processes/run-whole.js';
import { copyRepository } from '../repository-copy.js';
import { HANGS_MS, type Mutation } from './mutation.js';

const run = promisify(execFile);

/** Tests that use the built programs; the others import the sources. */
const USE_BUILT = /^tests\/(?!repo\/)|^apps\/server\/test\/process\.test\.ts$/;

/** Tests that open the console, which has the packages that it uses in it. */
const OF_CONSOLE = /^tests\/browser\/console-/;

/** How long a run may take beside its tests, to start and to stop. */
const AROUND_MS = 120_000;

/** How long the run of all tests with all mechanisms in place may take. */
const WHOLE_MS = 900_000;

/** How the tests of a mutation went. */
export interface MutationOutcome {
  ran: number;
  failed: number;
}

/** A copy of the repository in which mechanisms can be switched off while others work on the original. */
export class MutatedCopy {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<MutatedCopy> {
    return new MutatedCopy(await copyRepository());
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
      if (USE_BUILT.test(test.file)) await this.#build(mutation);
      return await this.#runTests([mutation], mutation.hangsMs ?? HANGS_MS);
    } finally {
      await writeFile(path, text);
      if (USE_BUILT.test(test.file)) await this.#build(mutation);
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

  /** Builds the package of a file, and the console where it is of it. What does not compile any more is emitted all the same. */
  async #build({ file, test }: Mutation): Promise<void> {
    const built = new Set([workspaceOf(file)]);
    if (OF_CONSOLE.test(test.file)) built.add('apps/console');
    for (const workspace of built) {
      const cwd = join(this.#folder, workspace);
      await run('npm', ['run', 'build'], { cwd }).catch(() => undefined);
    }
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
    const code = await runWhole(['npx', 'vitest', 'run', ...files, ...options], {
      cwd,
      env,
      maxMs: hangsMs === undefined ? WHOLE_MS : hangsMs + AROUND_MS,
    });
    const text = await readFile(report, 'utf8').catch(() => undefined);
    if (text === undefined) return { ran: 1, failed: code === 0 ? 0 : 1 };
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

/** The name of a test as a pattern. A `%s` stands for anything, as do the dollar names of a table of cases. */
function patternOf(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/%[sdioj]|\\\$\w+/g, '.*');
}
