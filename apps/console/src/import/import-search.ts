import type { CellKind } from './import-fields.js';
import type { Mapping, Target } from './mapping.js';

/** How files are read, as the address of the import holds it: a link reads the next file in the same way. */
export interface ImportSearch {
  /** Where names of a file go that do not go where they suggest. */
  map?: Mapping;
  /** Between two cells of CSV. */
  delimiter?: string;
  /** Whether users stay as they were where they come from. */
  as_is?: true;
}

/** Reads an address. What it cannot mean is left out. */
export function readImportSearch({ map, delimiter, as_is }: Record<string, unknown>): ImportSearch {
  const search: ImportSearch = {};
  if (typeof map === 'object' && map !== null && !Array.isArray(map)) {
    const targets = Object.entries(map).flatMap(([name, target]) => {
      const read = readTarget(target);
      return read ? [[name, read] as const] : [];
    });
    if (targets.length > 0) search.map = Object.fromEntries(targets);
  }
  if (typeof delimiter === 'string' && delimiter.length === 1 && !/["\r\n]/.test(delimiter))
    search.delimiter = delimiter;
  if (as_is === true) search.as_is = true;
  return search;
}

function readTarget(target: unknown): Target | undefined {
  if (typeof target !== 'object' || target === null) return undefined;
  const { to, as } = target as { to?: unknown; as?: unknown };
  if (typeof to !== 'string') return undefined;
  // A kind that there is not is read as none; the table of kinds is not loaded with every page.
  return typeof as === 'string' ? { to, as: as as CellKind } : { to };
}
