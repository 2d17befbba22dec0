import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Config } from '../../config/config.js';
import type { Logger } from '../../logger.js';
import { ServedFile } from './served-file.js';

/** The console, as the package `@rollcall/console` was built. Nothing of it is read from the disk after the start. */
export interface ConsoleFiles {
  /** By the path under which a browser asks for them. The page is not among them. */
  files: ReadonlyMap<string, ServedFile>;
  /** The first segments of the paths that the page is at, besides `/`. */
  pages: ReadonlySet<string>;
  /** The HTML of the page, which lets the console give the nonce to the style elements that it makes. */
  page(nonce: string): string;
}

/** The part of the console's package.json that is for the server. */
const MANIFEST = z.object({
  rollcall: z.object({ pages: z.array(z.string().regex(/^[a-z][a-z-]*$/)) }),
});

const PAGE_FILE = 'index.html';

/** After this the page is told the nonce. */
const HEAD = '<head>';

/**
 * Reads the console, unless the setting says that none is wanted. Where there is none, the log says so and the server runs
 * without it.
 * @param folder of its package. Default: the one that is installed beside the server.
 */
export async function readConsole(
  { console: wanted }: Pick<Config, 'console'>,
  { logger, folder }: { logger: Logger; folder?: string | undefined },
): Promise<ConsoleFiles | undefined> {
  if (!wanted) return undefined;
  try {
    return await readPackage(folder ?? installedFolder());
  } catch (err) {
    const message =
      'there is no console at /: its package is not installed or not built (npm run build); ROLLCALL_CONSOLE=off says that none is wanted';
    logger.info({ err }, message);
    return undefined;
  }
}

function installedFolder(): string {
  return dirname(fileURLToPath(import.meta.resolve('@rollcall/console/package.json')));
}

async function readPackage(folder: string): Promise<ConsoleFiles> {
  const manifest = MANIFEST.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  const built = join(folder, 'dist');
  const template = await readFile(join(built, PAGE_FILE), 'utf8');
  const [before, ...after] = template.split(HEAD);
  if (after.length !== 1) throw new Error(`${PAGE_FILE} has no ${HEAD} that says the nonce to the page`);
  const files = new Map<string, ServedFile>();
  for (const path of await filesIn(built)) {
    if (path !== `/${PAGE_FILE}`) files.set(path, new ServedFile(path, await readFile(join(built, path))));
  }
  return {
    files,
    pages: new Set(manifest.rollcall.pages),
    page: nonce => `${before}${HEAD}<meta name="csp-nonce" property="csp-nonce" nonce="${nonce}">${after[0]}`,
  };
}

/** The files of a folder as paths of a URL, without those that a name with a dot in front hides. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => `/${relative(folder, join(parentPath, name)).split(sep).join('/')}`)
    .filter(path => !path.includes('/.'));
}
