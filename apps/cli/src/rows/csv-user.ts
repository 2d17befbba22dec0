import type { JsonObject, UpsertUserInput } from '@rollcall/protocol';
import { type Column, parseCell } from './csv-columns.js';

/**
 * Makes a user of the cells of one record; the record has as many cells as there are columns.
 * @throws RollcallError `INPUT_INVALID` that names the column whose cell does not fit.
 */
export function userOfCells(
  columns: readonly Column[],
  cells: readonly string[],
  options: { asText: boolean },
): UpsertUserInput {
  const user: JsonObject = {};
  const custom: JsonObject = {};
  columns.forEach((column, index) => {
    const value = parseCell(column, cells[index] ?? '', options);
    if (value === undefined) return;
    if (column.kind !== 'custom') user[column.name] = value;
    else setWithin(custom, column.path, value);
  });
  if (Object.keys(custom).length > 0) user.custom = custom;
  return user as UpsertUserInput;
}

/** The names of a path are checked with the header, so none of them reaches a prototype. */
function setWithin(object: JsonObject, path: readonly string[], value: JsonObject[string]): void {
  let inner = object;
  for (const name of path.slice(0, -1)) {
    inner[name] ??= {};
    inner = inner[name] as JsonObject;
  }
  inner[path.at(-1) as string] = value;
}
