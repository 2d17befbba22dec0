import type { JsonValue } from '@rollcall/protocol';
import { compareText, isJsonObject } from '../json/json-values.js';
import type { Reached } from './reach-path.js';

type Scalar = string | number | boolean | null;

/** The least and the greatest of some values of one type. */
interface Extremes<Value> {
  least: Value;
  greatest: Value;
}

/** The values that an equality asks for. */
export interface Wanted {
  scalars: ReadonlySet<JsonValue>;
  /** As JSON. A filter names no objects, so that says all of an array. */
  arrays: ReadonlySet<string>;
}

/**
 * What a field holds, in the forms in which comparisons ask for it. Each form is made when the first comparison asks, and
 * then serves all others: so however many elements an array has, a further comparison costs what it names and no more.
 */
export class FoundValues {
  readonly places: readonly Reached[];
  #scalars: Set<Scalar> | undefined;
  #arrays: JsonValue[][] = [];
  #arraysAsJson: Set<string> | undefined;
  #elements: Set<JsonValue> | undefined;
  #texts: { of: Extremes<string> | undefined } | undefined;
  #numbers: { of: Extremes<number> | undefined } | undefined;

  /** @param places where the field leads, as a filter follows it. */
  constructor(places: readonly Reached[]) {
    this.places = places;
  }

  /** How much it can come to keep. */
  get size(): number {
    return this.places.reduce((sum, { value }) => sum + 1 + (Array.isArray(value) ? value.length : 0), 0);
  }

  /** Whether there is a value. Null is one. */
  get exists(): boolean {
    return this.places.some(({ value }) => value !== undefined);
  }

  /** Whether a value is one of those that are wanted. What is missing equals null. */
  hasOneOf({ scalars: wanted, arrays }: Wanted): boolean {
    const scalars = this.#allScalars();
    const [fewer, more]: ReadonlySet<JsonValue>[] =
      wanted.size < scalars.size ? [wanted, scalars] : [scalars, wanted];
    for (const value of fewer ?? []) if (more?.has(value)) return true;
    if (arrays.size === 0 || this.#arrays.length === 0) return false;
    this.#arraysAsJson ??= new Set(this.#arrays.map(array => JSON.stringify(array)));
    for (const array of arrays) if (this.#arraysAsJson.has(array)) return true;
    return false;
  }

  /** Whether this boolean is one of the values. */
  hasBoolean(value: boolean): boolean {
    return this.#allScalars().has(value);
  }

  /** Whether some array has this element. */
  hasElement(value: Scalar): boolean {
    this.#elements ??= new Set(this.places.flatMap(place => (Array.isArray(place.value) ? place.value : [])));
    return this.#elements.has(value);
  }

  /** The least and the greatest text, by their bytes in UTF-8, as the databases compare them. Undefined without a text. */
  get texts(): Extremes<string> | undefined {
    this.#texts ??= { of: extremesOf(this.#allOf('string') as string[], compareText) };
    return this.#texts.of;
  }

  /** The least and the greatest number. Undefined without a number. */
  get numbers(): Extremes<number> | undefined {
    this.#numbers ??= { of: extremesOf(this.#allOf('number') as number[], (one, other) => one - other) };
    return this.#numbers.of;
  }

  #allOf(type: 'string' | 'number'): Scalar[] {
    return [...this.#allScalars()].filter(value => typeof value === type);
  }

  /** All that comparisons may equal. An open array counts as a whole and by its elements. No operand equals an object. */
  #allScalars(): ReadonlySet<Scalar> {
    if (this.#scalars) return this.#scalars;
    const scalars = new Set<Scalar>();
    const add = (value: JsonValue | undefined) => {
      if (Array.isArray(value)) this.#arrays.push(value);
      else if (!isJsonObject(value)) scalars.add(value ?? null);
    };
    for (const { value, open } of this.places) {
      add(value);
      if (open && Array.isArray(value)) for (const element of value) add(element);
    }
    this.#scalars = scalars;
    return scalars;
  }
}

function extremesOf<Value>(
  values: readonly Value[],
  compare: (one: Value, other: Value) => number,
): Extremes<Value> | undefined {
  let [least] = values;
  let greatest = least;
  if (least === undefined || greatest === undefined) return undefined;
  for (const value of values) {
    if (compare(value, least) < 0) least = value;
    if (compare(value, greatest) > 0) greatest = value;
  }
  return { least, greatest };
}
