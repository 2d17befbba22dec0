/**
 * Where a dotted path leads in a document, as MongoDB's matcher walks it:
 *
 * - a name steps into a field of an object; where there is none, the path ends at "nothing";
 * - at an array, the rest of the path goes on in each element that is an object; other elements are passed over, nested
 *   arrays among them;
 * - a name that is an index of the array also steps to that element. What is reached by its index stands for itself: if
 *   it is an array, its elements are not compared one by one.
 *
 * The walks in SQL (sqlite-walk.ts, postgres-walk.ts) follow the same rules.
 */
import type { JsonObject, JsonValue } from '@rollcall/protocol';
import { isJsonObject } from './json-values.js';

/** One place that a path leads to. */
export interface Reached {
  /** Undefined where nothing is. */
  value: JsonValue | undefined;
  /** Whether an array found here is compared element by element, too. */
  open: boolean;
}

/** Every place in a document that a path leads to. */
export function reachPath(document: JsonObject, path: readonly string[]): Reached[] {
  const places: Reached[] = [];
  stepIntoObject(document, path, places);
  return places;
}

function stepIntoObject(object: JsonObject, path: readonly string[], places: Reached[]): void {
  const [name = '', ...rest] = path;
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (rest.length === 0) places.push({ value, open: true });
  else if (isJsonObject(value)) stepIntoObject(value, rest, places);
  else if (Array.isArray(value)) stepIntoArray(value, rest, places);
  else places.push({ value: undefined, open: true });
}

function stepIntoArray(array: JsonValue[], path: readonly string[], places: Reached[]): void {
  const [name, ...rest] = path;
  for (const [index, element] of array.entries()) {
    if (isJsonObject(element)) stepIntoObject(element, path, places);
    if (name !== String(index)) continue;
    if (rest.length === 0) places.push({ value: element, open: false });
    else if (isJsonObject(element)) stepIntoObject(element, rest, places);
    else if (Array.isArray(element)) stepIntoArray(element, rest, places);
  }
}
