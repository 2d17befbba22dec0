import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Long enough to be worth compressing. */
export const SCRIPT = `document.title = 'Rollcall';\n${'// what a bundle is made of\n'.repeat(200)}`;

const PAGE =
  '<!doctype html><html><head><title>Rollcall</title><script type="module" src="/assets/index-AbCd1234.js"></script></head><body></body></html>\n';

/** A package of a console as its build leaves it, and beside what is served a secret that must not be. */
export async function makeConsoleFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-console-'));
  const built = join(folder, 'dist');
  await mkdir(join(built, 'assets'), { recursive: true });
  await mkdir(join(built, '.vite'));
  const files: Record<string, string> = {
    'package.json': JSON.stringify({ name: 'console', rollcall: { pages: ['users', 'tasks'] } }),
    'secret.txt': 'canary-beside-the-console',
    'dist/index.html': PAGE,
    'dist/assets/index-AbCd1234.js': SCRIPT,
    'dist/assets/style-AbCd1234.css': 'body{margin:0}',
    'dist/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'dist/.vite/manifest.json': '{"canary":"of the build"}',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}
