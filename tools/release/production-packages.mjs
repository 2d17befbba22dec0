/**
 * What a package brings along when somebody installs it, by the lock file. `npm sbom --omit dev` does not say it in a
 * repository of many packages: it leaves out what another package has for development only, and takes along what private
 * packages need.
 */

/** Where Node finds a package from a place of the lock file: there, or in any folder above. */
function placeOf(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/'), 0))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const found = packages[place];
    if (found) return found.link ? found.resolved : place;
    if (folder === '') return undefined;
  }
}

/** What a place needs when it runs: `[the place of the other package, whether it can do without]`. */
function neededBy(packages, place) {
  const { dependencies, optionalDependencies } = packages[place];
  const names = Object.keys({ ...dependencies, ...optionalDependencies });
  return names.map(name => {
    const found = placeOf(packages, place, name);
    if (!found) throw new Error(`package-lock.json has no ${name}, which ${place} needs; run npm install`);
    return [found, Boolean(optionalDependencies?.[name])];
  });
}

/**
 * Every package that the ones in some places bring along, those themselves included.
 * @param {Record<string, object>} packages `packages` of the lock file.
 * @param {string[]} places where to begin.
 * @returns {Map<string, { needs: string[], optional: boolean }>} by place: what it needs, and whether all who need it can do
 * without it.
 */
export function productionPackages(packages, places) {
  const found = new Map(places.map(place => [place, { needs: [], optional: false }]));
  // A map goes on with what is added to it while it is read.
  for (const [place, entry] of found) {
    for (const [other, canDoWithout] of neededBy(packages, place)) {
      entry.needs.push(other);
      const optional = entry.optional || canDoWithout;
      const known = found.get(other);
      if (known && (optional || !known.optional)) continue;
      // What was thought optional and is needed is read again, with all that it needs.
      found.delete(other);
      found.set(other, { needs: [], optional });
    }
  }
  return found;
}
