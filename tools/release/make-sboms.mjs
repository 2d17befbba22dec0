/**
 * Writes the bill of materials of every public package to `sbom`, or to the folder that is given. The packages must be built.
 *
 *     npm run sbom
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { publicPackages, ROOT, readJson } from './public-packages.mjs';
import { sbomOf } from './sbom.mjs';

/** The console has its dependencies in its files. The build lists them, with their licences. */
const CONSOLE = 'apps/console';
const LICENCES = join(ROOT, CONSOLE, 'dist/LICENSES.md');

function builtIntoConsole() {
  if (!existsSync(LICENCES)) throw new Error(`${LICENCES} is not there; run "npm run build" first`);
  const headings = readFileSync(LICENCES, 'utf8').matchAll(/^## (\S+) - (\d\S*)/gm);
  return [...headings]
    .map(([, name, version]) => `${name}@${version}`)
    .filter(name => !name.startsWith('@rollcall/'));
}

const into = resolve(process.argv[2] ?? join(ROOT, 'sbom'));
const { packages } = readJson('package-lock.json');
const bundled = { [CONSOLE]: builtIntoConsole() };
mkdirSync(into, { recursive: true });
for (const { folder, manifest } of publicPackages()) {
  const file = `${manifest.name.slice(1).replace('/', '-')}-${manifest.version}.cdx.json`;
  const sbom = sbomOf({ packages, folder, manifest, bundled });
  writeFileSync(join(into, file), `${JSON.stringify(sbom, null, 2)}\n`);
  console.log(`${file}: ${sbom.components.length} packages`);
}
