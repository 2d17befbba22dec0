import type { Lists, Spot, SpotsIn } from '../json-paths.js';
import type { UserField } from './user-fields.js';

/** Whether custom data has no type that says which keys there are. Then any path is accepted, with any JSON. */
export type IsUntyped<Custom> = true extends (
  Custom extends unknown
    ? string extends keyof Custom
      ? true
      : [keyof Custom] extends [never]
        ? true
        : false
    : never
)
  ? true
  : false;

/**
 * The spots in custom data, by the paths that address them from the user. `custom.` may be left out, unless the path then
 * named a built-in field.
 */
export type CustomSpots<Custom, How extends Lists> =
  SpotsIn<Custom, How> extends infer Each
    ? Each extends Spot<infer Path, infer Value>
      ? Spot<`custom.${Path}` | (Path extends UserField | `${UserField}.${string}` ? never : Path), Value>
      : never
    : never;
