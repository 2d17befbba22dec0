import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runWhole } from '../processes/run-whole.js';
import { copyRepository, ROOT } from '../repository-copy.js';
import { NodeInstallation } from './node-installation.js';

/** Tests that run together. */
export interface Suites {
  /** The folder that they are run in, from the root: it has a configuration of Vitest. */
  from: '.' | 'tests';
  /** Which of Vitest's projects. */
  projects: readonly string[];
  /** Which of their files, from the root, or the beginning of their paths; default all. */
  files?: readonly string[];
  env?: Record<string, string>;
}

/** How tests went. */
export interface SuitesOutcome {
  passed: number;
  /** The names of the tests that failed, and what they said. */
  failed: string[];
  /** How Vitest ended: 0 when nothing failed outside of tests either. */
  code: number | null;
}

/** How long tests may take before they count as hanging. */
const HANG_MS = 1_500_000;

/** What Vitest reports. */
interface Report {
  testResults: {
    name: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

/**
 * A copy of the built repository that runs on another Node. Of the packages, it has a `better-sqlite3` that fits, and a
 * TypeORM that finds this one; all others are those of the repository.
 */
export class RepositoryOnNode {
  readonly #node: NodeInstallation;
  readonly #version: string;
  readonly #folder: string;

  private constructor(node: NodeInstallation, version: string, folder: string) {
    this.#node = node;
    this.#version = version;
    this.#folder = folder;
  }

  static async make(version: string): Promise<RepositoryOnNode> {
    const node = await NodeInstallation.make(version);
    const typeorm = join(ROOT, 'node_modules', 'typeorm');
    return new RepositoryOnNode(
      node,
      version,
      await copyRepository({ 'better-sqlite3': node.driver, typeorm }),
    );
  }

  /** Runs tests of the copy, which are told on which Node they are meant to run. */
  async run({ from, projects, files = [], env = {} }: Suites): Promise<SuitesOutcome> {
    const report = join(this.#folder, 'report.json');
    await rm(report, { force: true });
    const code = await runWhole(
      [
        this.#node.program,
        join(this.#folder, 'node_modules/vitest/vitest.mjs'),
        ...['run', '--reporter=json', `--outputFile=${report}`],
        ...projects.flatMap(project => ['--project', project]),
        ...files.map(file => join(this.#folder, file)),
      ],
      {
        cwd: join(this.#folder, from),
        env: { ...this.#node.env, VITEST: undefined, ROLLCALL_TEST_NODE: `v${this.#version}`, ...env },
        maxMs: HANG_MS,
        showErrors: true,
      },
    );
    const text = await readFile(report, 'utf8').catch(() => undefined);
    if (text === undefined) return { passed: 0, failed: ['Vitest ended without a report'], code };
    const { testResults } = JSON.parse(text) as Report;
    const tests = testResults.flatMap(file =>
      file.assertionResults.map(test => ({ ...test, file: file.name })),
    );
    return {
      passed: tests.filter(({ status }) => status === 'passed').length,
      failed: [
        ...tests
          .filter(({ status }) => status === 'failed')
          .map(test => `${test.file}: ${test.fullName}\n${test.failureMessages.join('\n')}`),
        ...testResults.filter(({ message }) => message).map(({ name, message }) => `${name}: ${message}`),
      ],
      code,
    };
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await this.#node.remove();
  }
}
