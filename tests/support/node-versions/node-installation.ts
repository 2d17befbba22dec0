import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '@rollcall/testing';
import { ROOT } from '../repository-copy.js';

const run = promisify(execFile);

/** The package that has the program for this machine, with the headers; the package `node` installs the same one by a script. */
const PACKAGE = `${process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'}-${process.platform}-${process.arch}`;

/** The driver whose binary fits one line of Node. That of `sqlite3` fits all of them: it uses Node-API only. */
const DRIVER = 'better-sqlite3';

/**
 * A version of Node in a temporary folder, and a `better-sqlite3` that fits it. They are no dependencies of the repository:
 * nobody downloads three more programs with `npm ci`.
 */
export class NodeInstallation {
  readonly #folder: string;
  #driver = join(ROOT, 'node_modules', DRIVER);

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(version: string): Promise<NodeInstallation> {
    const node = new NodeInstallation(await temporaryFolder());
    const manifest = { private: true, allowScripts: { [DRIVER]: true } };
    await writeFile(join(node.#folder, 'package.json'), JSON.stringify(manifest));
    await node.#install(`${PACKAGE}@${version}`);
    const { stdout } = await run(node.program, ['-p', 'process.version + " " + process.versions.modules']);
    const [runs, binaries] = stdout.trim().split(' ');
    if (runs !== `v${version}`) throw new Error(`${PACKAGE}@${version} is Node ${runs}`);
    if (binaries !== process.versions.modules) await node.#provideDriver();
    return node;
  }

  /** The program. */
  get program(): string {
    return join(this.#folder, 'node_modules', PACKAGE, 'bin', 'node');
  }

  /** Where the driver is: that of the repository where its binary fits. */
  get driver(): string {
    return this.#driver;
  }

  /** An environment in which `node` is this one, and binaries are compiled for it. */
  get env(): NodeJS.ProcessEnv {
    const path = `${dirname(this.program)}${delimiter}${process.env.PATH}`;
    return { ...process.env, PATH: path, npm_config_nodedir: join(this.#folder, 'node_modules', PACKAGE) };
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Fetches a binary, or compiles one where there is none to be had, as `npm ci` does. */
  async #provideDriver(): Promise<void> {
    await this.#install(`${DRIVER}@${await installedVersion(DRIVER)}`);
    await this.#npm('rebuild', DRIVER);
    this.#driver = join(this.#folder, 'node_modules', DRIVER);
  }

  async #install(wanted: string): Promise<void> {
    await this.#npm('install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', wanted);
  }

  async #npm(...parameters: string[]): Promise<void> {
    await run('npm', parameters, { cwd: this.#folder, env: this.env, maxBuffer: 2 ** 26 });
  }
}

async function installedVersion(name: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'));
  return manifest.version;
}
