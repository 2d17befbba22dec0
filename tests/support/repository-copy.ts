import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@rollcall/testing';

const run = promisify(execFile);

/** Where the repository is. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The folders of the workspaces that a copy has. */
const WORKSPACES = ['packages', 'apps', 'examples'];

/**
 * Copies the repository as it stands to a temporary folder, built packages included. The copy has its own workspaces, and
 * the packages that are installed in the original.
 * @param own packages that the copy gets copies of, and from where; of all others it has links.
 * @returns the folder.
 */
export async function copyRepository(own: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await temporaryFolder();
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    maxBuffer: 2 ** 26,
  });
  for (const path of stdout.split('\0').filter(Boolean)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(ROOT, path), join(folder, path));
  }
  for (const group of WORKSPACES) {
    for (const name of await foldersIn(join(ROOT, group))) {
      const built = join(group, name, 'dist');
      await cp(join(ROOT, built), join(folder, built), { recursive: true }).catch(ignoreMissing);
      // What a workspace has of its own, in another version than the others.
      const installed = join(group, name, 'node_modules');
      if (existsSync(join(ROOT, installed))) await symlink(join(ROOT, installed), join(folder, installed));
    }
  }
  await providePackages(folder, own);
  // Tests that read the repository ask git for its files.
  await run('git', ['init', '-q'], { cwd: folder });
  return folder;
}

/** Node looks for packages where a file really is: so the copy has links to each package, and workspaces of its own. */
async function providePackages(folder: string, own: Readonly<Record<string, string>>): Promise<void> {
  const installed = join(ROOT, 'node_modules');
  await mkdir(join(folder, 'node_modules', '@rollcall'), { recursive: true });
  for (const name of await readdir(installed)) {
    if (name === '@rollcall') continue;
    const place = join(folder, 'node_modules', name);
    if (own[name] === undefined) await symlink(join(installed, name), place);
    else await cp(own[name], place, { recursive: true });
  }
  for (const group of WORKSPACES) {
    for (const name of await foldersIn(join(folder, group))) {
      const { name: called } = JSON.parse(
        await readFile(join(folder, group, name, 'package.json'), 'utf8'),
      ) as { name: string };
      await symlink(join(folder, group, name), join(folder, 'node_modules', called));
    }
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter(entry => entry.isDirectory()).map(({ name }) => name);
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
