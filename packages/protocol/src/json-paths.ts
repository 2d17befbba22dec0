import type { JsonValue } from './json.js';
import type { LIMITS } from './limits.js';

/** A dotted path into data of a known type, and the type of what lies there. `unknown` stands for any JSON. */
export interface Spot<Path extends string, Value> {
  path: Path;
  value: Value;
}

/** Whether paths lead into lists, as those of a filter do, or a list is one value, as in a partial update. */
export type Lists = 'entered' | 'whole';

/**
 * All spots within a type. A record of arbitrary keys has a pattern for a path. Through a list that is entered, a path
 * goes on with the names of its items, or with the place of one.
 *
 * The compiler lists the spots, so there must not be too many of them. A type that lies directly in itself, such as that of
 * a tree, is entered once more. One that comes again within others is not. What lies deeper, or below the last level of
 * custom data, may be anything.
 */
export type SpotsIn<
  Value,
  How extends Lists,
  Before extends string = '',
  Left extends Level = typeof LIMITS.customDepth,
  Entered extends readonly unknown[] = [],
> = JsonValue extends Value
  ? AnySpot<Before>
  :
      | (How extends 'entered' ? SpotsInLists<ListsOf<Value>, Before, Left, Entered> : never)
      | SpotsInObjects<ObjectsOf<Value>, How, Before, Left, Entered>;

type AnySpot<Before extends string> = Spot<`${Before}${string}`, unknown>;

type ListsOf<Value> = Extract<Value, readonly unknown[]>;
type ObjectsOf<Value> = Exclude<Value, string | number | boolean | null | NoJson | readonly unknown[]>;

/** What JSON does not hold. A field of such a type has no path. */
type NoJson =
  | undefined
  | bigint
  | symbol
  | Date
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ((...given: never) => unknown);

/** How many more names of a path are looked at. */
type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
type Below = [0, 0, 1, 2, 3, 4, 5, 6, 7];

type SpotsInLists<
  List extends readonly unknown[],
  Before extends string,
  Left extends Level,
  Entered extends readonly unknown[],
> = [List] extends [never]
  ? never
  : Left extends 0
    ? AnySpot<Before>
    :
        | SpotsAt<number, List[number], 'entered', Before, Left, Entered>
        // A list in a list is entered by its place alone.
        | SpotsIn<Exclude<List[number], readonly unknown[]>, 'entered', Before, Left, Entered>;

/** The members of a union are taken together: a document of many kinds of nodes is one type within itself. */
type SpotsInObjects<
  Value,
  How extends Lists,
  Before extends string,
  Left extends Level,
  Entered extends readonly unknown[],
> = [Value] extends [never]
  ? never
  : Left extends 0
    ? AnySpot<Before>
    : [KeyOf<Value>] extends [never]
      ? AnySpot<Before>
      : IsSame<Value, Entered[0]> extends true
        ? SpotsAtKeys<Value, How, Before, 1, Entered>
        : IsOneOf<Value, Entered> extends true
          ? AnySpot<Before>
          : SpotsAtKeys<Value, How, Before, Left, [Value, ...Entered]>;

type SpotsAtKeys<
  Value,
  How extends Lists,
  Before extends string,
  Left extends Level,
  Entered extends readonly unknown[],
> =
  | (string extends KeyOf<Value> ? SpotsAt<string, At<Value, string>, How, Before, Left, Entered> : never)
  | {
      [Key in NameOf<Value>]: SpotsAt<Key, At<Value, Key>, How, Before, Left, Entered>;
    }[NameOf<Value>];

type KeyOf<Value> = Value extends unknown ? keyof Value : never;

/** The keys of a type, but not that it may have any. */
type NameOf<Value> = Value extends unknown
  ? string extends keyof Value
    ? keyof { [Key in keyof Value as string extends Key ? never : number extends Key ? never : Key]: true }
    : keyof Value
  : never;

type At<Value, Key> = Value extends unknown ? (Key extends keyof Value ? Value[Key] : never) : never;

/** What lies at a key, and within it. */
type SpotsAt<
  Key,
  Value,
  How extends Lists,
  Before extends string,
  Left extends Level,
  Entered extends readonly unknown[],
> = Key extends string | number
  ? JsonValue extends Value
    ? Spot<`${Before}${Key}`, unknown> | AnySpot<`${Before}${Key}.`>
    : [Value] extends [NoJson]
      ? never
      : SpotsIn<Value, How, `${Before}${Key}.`, Below[Left], Entered> extends infer Within
        ? Within | Spot<`${Before}${Key}`, Value | ValueWithin<Key, Within>>
        : never
  : never;

/** A pattern for a key is one for all within it, too: `scores.${string}` takes what `scores.jim.points` holds. */
type ValueWithin<Key extends string | number, Within> =
  Record<never, never> extends Record<Key, true>
    ? Within extends Spot<string, infer Value>
      ? Value
      : never
    : never;

type IsOneOf<Value, Types extends readonly unknown[]> = Types extends readonly [infer First, ...infer Others]
  ? IsSame<Value, First> extends true
    ? true
    : IsOneOf<Value, Others>
  : false;

/** Types that are only assignable both ways, such as two of which all fields are optional, are not the same. */
type IsSame<One, Other> =
  (<Probe>() => Probe extends One ? true : false) extends <Probe>() => Probe extends Other ? true : false
    ? true
    : false;
