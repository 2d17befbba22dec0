import { productionPackages } from './production-packages.mjs';

/**
 * The bill of materials of a public package in CycloneDX: what it brings along and what is built into it, with versions,
 * licences and hashes. It says nothing of the machine or the moment at which it is made, so the same sources give the same
 * bytes.
 * @param {object} options
 * @param {Record<string, object>} options.packages `packages` of the lock file.
 * @param {string} options.folder the folder of the package, from the root.
 * @param {object} options.manifest its package.json.
 * @param {Record<string, string[]>} options.bundled what is built into the files of packages, as `name@version`, by their
 * folders.
 */
export function sbomOf({ packages, folder, manifest, bundled }) {
  const places = productionPackages(packages, [folder]);
  for (const [holder, names] of Object.entries(bundled)) {
    const entry = places.get(holder);
    for (const built of entry ? names.map(name => placeCalled(packages, name)) : []) {
      entry.needs.push(built);
      if (!places.has(built)) places.set(built, { needs: [], optional: false });
    }
  }
  const refs = [...places].map(([place, { needs, optional }]) => ({
    ref: refOf(packages, place),
    component: componentOf(packages, place, optional),
    needs: needs.map(other => refOf(packages, other)),
  }));
  const byRef = new Map(refs.map(entry => [entry.ref, entry]));
  const sorted = [...byRef.values()].sort((a, b) => (a.ref < b.ref ? -1 : 1));
  const own = refOf(packages, folder);
  const type = manifest.bin ? 'application' : 'library';
  const { scope, ...component } = { ...byRef.get(own).component, type, description: manifest.description };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { lifecycles: [{ phase: 'build' }], component },
    components: sorted.filter(({ ref }) => ref !== own).map(entry => entry.component),
    dependencies: sorted.map(({ ref, needs }) => ({ ref, dependsOn: [...new Set(needs)].sort() })),
  };
}

/** The name of the package at a place: its own, where it is installed under another one. */
function nameOf(packages, place) {
  return packages[place].name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

const refOf = (packages, place) => `${nameOf(packages, place)}@${packages[place].version}`;

function placeCalled(packages, ref) {
  const place = Object.keys(packages).find(
    path => !packages[path].link && path !== '' && refOf(packages, path) === ref,
  );
  if (!place) throw new Error(`package-lock.json has no ${ref}, which is built into a package; build anew`);
  return place;
}

function componentOf(packages, place, optional) {
  const { version, license, integrity } = packages[place];
  const name = nameOf(packages, place);
  const [group, ownName] = name.startsWith('@') ? name.split('/') : [undefined, name];
  return {
    type: 'library',
    'bom-ref': refOf(packages, place),
    ...(group && { group }),
    name: ownName,
    version,
    scope: optional ? 'optional' : 'required',
    ...(integrity && { hashes: [hashOf(integrity)] }),
    ...(license && {
      licenses: [license.includes(' ') ? { expression: license } : { license: { id: license } }],
    }),
    purl: `pkg:npm/${group ? `${encodeURIComponent(group)}/` : ''}${ownName}@${version}`,
  };
}

/** The hash that npm compares what it fetches with. */
function hashOf(integrity) {
  const [, length, base64] = /^sha(\d+)-([\w+/=]+)$/.exec(integrity) ?? [];
  if (!base64)
    throw new Error(`"${integrity}" in package-lock.json is no hash that a bill of materials knows`);
  return {
    alg: length === '1' ? 'SHA-1' : `SHA-${length}`,
    content: Buffer.from(base64, 'base64').toString('hex'),
  };
}
