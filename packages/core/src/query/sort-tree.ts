/**
 * The custom paths of a sort, as a tree of their names. MongoDB compares documents by the *compound* key of all paths:
 *
 * - An array on a path stands for its elements, one after another. Each gives a key, and the least key counts for the
 *   document; an element that is no object lacks what the path names in it, and an empty array holds nothing, which comes
 *   before null where the path ends in it.
 * - Paths that lead into one array go through its elements together: by `a.x` and `a.y`, `[{ x: 0, y: 5 }, { x: 1, y: 3 }]`
 *   has the keys (0, 5) and (1, 3), and not (0, 3).
 * - A name that is written as an index leads to that element alone. If that is an array and the path ends there, the
 *   array counts as a whole. (MongoDB looks for a field of that name in the elements where the array has no such element.
 *   Here it is missing.)
 *
 * MongoDB refuses a query when two paths lead into different arrays of one document. Here each such array counts by
 * itself, as if every combination of their elements were a key: nobody's data can end the query of somebody else.
 *
 * So paths with the same first names share a branch of the tree, and the SQL of the dialects walks each branch once.
 */
import { arrayIndex } from './reach-path.js';

/** A custom path as a sort key. */
export interface CustomSortKey {
  path: readonly string[];
  descending: boolean;
  /** Its place in the sort, from 0. */
  position: number;
}

/** A name on the paths of a sort. */
export interface SortNode {
  /** A name for it in SQL, different from that of every other node. */
  alias: string;
  name: string;
  /** The name as an index of an array, or null. */
  index: number | null;
  /** Whether the path of a key ends here. */
  own: CustomSortKey | undefined;
  children: SortNode[];
  /** The keys whose paths end here or below, in the order of the sort. */
  keys: readonly CustomSortKey[];
}

/** One tree for each first name. Trees have nothing to do with each other: they lead into different arrays. */
export function sortTrees(keys: readonly CustomSortKey[]): SortNode[] {
  return nodesAt(keys, 0, 'at');
}

function nodesAt(keys: readonly CustomSortKey[], depth: number, prefix: string): SortNode[] {
  const below = keys.filter(({ path }) => path.length > depth);
  const names = [...new Set(below.map(({ path }) => path[depth] ?? ''))];
  return names.map((name, place) => {
    const through = below.filter(({ path }) => path[depth] === name);
    const alias = `${prefix}_${place}`;
    return {
      alias,
      name,
      // The first name leads into the document itself, which is an object.
      index: depth === 0 ? null : arrayIndex(name),
      own: through.find(({ path }) => path.length === depth + 1),
      children: nodesAt(through, depth + 1, alias),
      keys: through,
    };
  });
}

/** The paths on which an array makes the keys of a tree depend on its elements: all but the ends of its branches. */
export function waysOf(tree: SortNode): string[][] {
  const below = tree.children.flatMap(waysOf).map(way => [tree.name, ...way]);
  return tree.children.length === 0 ? [] : [[tree.name], ...below];
}
