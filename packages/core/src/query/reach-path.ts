/**
 * Where a dotted path leads in a document, as MongoDB's matcher walks it:
 *
 * - A name steps into a field of an object. If there is no such field, the path ends at "nothing".
 * - At an array, the rest of the path continues in each element that is an object. Other elements are skipped,
 *   including nested arrays.
 * - A name that is an index of the array also steps to that element. An element that is reached by its index stands for
 *   itself: if it is an array, its elements are not compared one by one.
 *
 * A sort follows other rules: see sort-tree.ts. The walks in SQL (`sqlite/sqlite-cell.ts`, `postgres/postgres-value.ts`) follow the same rules.
 */
import type { JsonObject, JsonValue } from '@rollcall/protocol';
import { isJsonObject } from '../json/json-values.js';

/** One place that a path leads to. */
export interface Reached {
  /** Undefined if there is nothing. */
  value: JsonValue | undefined;
  /** Whether an array found here also stands for its elements. */
  open: boolean;
}

/** Every place in a document that a path leads to. "Nothing" is one place, however often it is met. */
export function reachPath(document: JsonObject, path: readonly string[]): Reached[] {
  const places: Reached[] = [];
  const nothing: Reached = { value: undefined, open: true };
  let metNothing = false;

  function intoNothing(): void {
    if (!metNothing) places.push(nothing);
    metNothing = true;
  }

  function intoObject(object: JsonObject, [name = '', ...rest]: readonly string[]): void {
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (rest.length === 0 && value !== undefined) places.push({ value, open: true });
    else if (rest.length > 0 && isJsonObject(value)) intoObject(value, rest);
    else if (rest.length > 0 && Array.isArray(value)) intoArray(value, rest);
    else intoNothing();
  }

  function intoArray(array: JsonValue[], names: readonly string[]): void {
    const [name = '', ...rest] = names;
    const index = arrayIndex(name);
    const element = index === null ? undefined : array[index];
    for (const one of array) {
      if (isJsonObject(one)) intoObject(one, names);
    }
    if (element === undefined) return;
    if (rest.length === 0) places.push({ value: element, open: false });
    else if (isJsonObject(element)) intoObject(element, rest);
    else if (Array.isArray(element)) intoArray(element, rest);
  }

  intoObject(document, path);
  return places;
}

/** A name as an array index, as MongoDB writes indexes: without sign or leading zeros. */
export function arrayIndex(name: string): number | null {
  return /^(0|[1-9]\d{0,8})$/.test(name) ? Number(name) : null;
}

/** Whether a path may step into an array by an index. The first name steps into the document, which is an object. */
export function mayStepByIndex(path: readonly string[]): boolean {
  return path.slice(1).some(name => arrayIndex(name) !== null);
}
